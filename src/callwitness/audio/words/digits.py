"""Digits as people say and engines write them: "4111", "4-1-1-1", "four one one one", «сорок один одиннадцать», «п'ять»."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(r"(?i)cv[vc]2|\d+|[^\W\d_]+(?:['’ʼ][^\W\d_]+)*|[+.?!]")
_ENDS: Final = frozenset(".?!")


def _table(text: str) -> dict[str, str]:
    """``word word=digits`` rows as a table of words."""
    pairs = (row.split("=") for row in text.split("\n") if "=" in row)
    return {word: digits.strip() for words, digits in pairs for word in words.split()}


_ONES: Final = _table("""
    zero oh ноль нуль ноля нуля = 0
    one один одна одно одного одну раз = 1
    two два две дві двух = 2
    three три трех трёх трьох = 3
    four четыре чотири = 4
    five пять п'ять = 5
    six шесть шість = 6
    seven семь сім = 7
    eight восемь вісім = 8
    nine девять дев'ять = 9
""")
_TEENS: Final = _table("""
    ten десять = 10
    eleven одиннадцать одинадцять = 11
    twelve двенадцать дванадцять = 12
    thirteen тринадцать тринадцять = 13
    fourteen четырнадцать чотирнадцять = 14
    fifteen пятнадцать п'ятнадцять = 15
    sixteen шестнадцать шістнадцять = 16
    seventeen семнадцать сімнадцять = 17
    eighteen восемнадцать вісімнадцять = 18
    nineteen девятнадцать дев'ятнадцять = 19
""")
_TENS: Final = _table("""
    twenty двадцать двадцять = 2
    thirty тридцать тридцять = 3
    forty fourty сорок = 4
    fifty пятьдесят п'ятдесят = 5
    sixty шестьдесят шістдесят = 6
    seventy семьдесят сімдесят = 7
    eighty восемьдесят вісімдесят = 8
    ninety девяносто дев'яносто = 9
""")
_HUNDREDS: Final = _table("""
    сто = 1
    двести двісті = 2
    триста = 3
    четыреста чотириста = 4
    пятьсот п'ятсот = 5
    шестьсот шістсот = 6
    семьсот сімсот = 7
    восемьсот вісімсот = 8
    девятьсот дев'ятсот = 9
""")
_TIMES: Final[Mapping[str, int]] = {
    "double": 2,
    "triple": 3,
    "дважды": 2,
    "трижды": 3,
    "двічі": 2,
    "тричі": 3,
}


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number or a mark that ends a sentence, with its place (first, last + 1) in a text.

    digits: what it means when numbers are dictated, else ''. joined: stands in the number of the token before it.
    """

    text: str
    first: int
    last: int
    digits: str = ""
    plus: bool = False


def tokens(text: str) -> list[Token]:
    """The tokens of a text, numbers said in several words as one token each."""
    found = [
        Token(each[0].lower().replace("’", "'").replace("ʼ", "'"), each.start(), each.end())
        for each in _TOKEN.finditer(text)
    ]
    return list(_read(found))


def ends_sentence(token: Token) -> bool:
    """Whether the token is a full stop or the like."""
    return token.text in _ENDS


def _read(found: Sequence[Token]) -> Iterator[Token]:
    place, plus = 0, False
    while place < len(found):
        digits, used = _number(found, place)
        if found[place].text == "+":
            plus, place = True, place + 1
            continue
        first, last = found[place], found[place + used - 1]
        text = first.text if used == 1 else " ".join(each.text for each in found[place : place + used])
        yield Token(text, first.first, last.last, digits, plus and bool(digits))
        plus, place = False, place + used


def _number(found: Sequence[Token], place: int) -> tuple[str, int]:
    """The digits of the number that begins at a token, and of how many tokens it is."""
    words = [each.text for each in found[place : place + 3]]
    if words[0].isdecimal():
        return words[0], 1
    if (times := _TIMES.get(words[0])) and len(words) > 1:
        digit = words[1] if words[1].isdecimal() and len(words[1]) == 1 else _ONES.get(words[1], "")
        return (digit * times, 2) if digit else ("", 1)
    if words[0] in _HUNDREDS:
        rest, used = _below_hundred(words[1:])
        return _HUNDREDS[words[0]] + (rest.zfill(2) if used else "00"), used + 1
    digits, used = _below_hundred(words)
    return digits, max(1, used)


def _below_hundred(words: Sequence[str]) -> tuple[str, int]:
    """Forty one -> 41, seven -> 7; '' and 0 when the first word is no number."""
    if not words:
        return "", 0
    if words[0] in _TENS:
        unit = _ONES.get(words[1], "0") if len(words) > 1 else "0"
        return (_TENS[words[0]] + unit, 2) if unit != "0" else (_TENS[words[0]] + "0", 1)
    found = _TEENS.get(words[0]) or _ONES.get(words[0], "")
    return found, 1 if found else 0
