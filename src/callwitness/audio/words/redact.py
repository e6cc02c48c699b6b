"""Card numbers and their codes are taken out of a transcript before anybody keeps it.

A card number is 13 to 19 digits that pass the check of Luhn, said in any grouping, in digits or words, over several
words, segments and speakers; after the word "card" any run of 13 digits and more is one, since engines mishear and repeat digits.
A code is three or four digits after "CVV", "security code", «код» and the like.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from callwitness.audio.words.digits import Token, ends_sentence, tokens
from callwitness.audio.words.transcript import Segment, Word

CARD: Final = "[card]"
CODE: Final = "[code]"
_FEWEST, _MOST = 13, 19
_USUAL: Final = (16, 15, 19, 18, 14, 13)
_BEGINS: Final = "234569"
"""First digits of the cards people have; runs that hold more than one number are searched for these alone."""
_FILLERS: Final = frozenset(
    "uh um er and then yes yeah ok okay right dash hyphen да так и й ага угу э эм дальше далее потом потім далі"
    " дефис тире мгм алло ну huh mhm".split()
)
_FILLERS_AT_ONCE: Final = 3
_CARD_WORDS: Final = ("card", "карт", "visa", "виз", "віз", "mastercard", "мастеркард", "мастеркарт", "мир")
_CARD_WITHIN: Final = 8
_CODE_WORDS: Final = frozenset("cvv cvc cvv2 cvc2 cvs цвв цвц свв сививи код кода коду кодом".split())
_CODE_WITHIN: Final = 6
_OTHER_CODES: Final = ("город", "міст", "стран", "країн", "домофон", "регион", "регіон", "област", "двер", "подъезд",
                       "під'їзд", "почтов", "поштов", "товар")  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Place:
    """A token and the segment it is in."""

    segment: int
    token: Token


@dataclass(frozen=True, slots=True)
class _Cut:
    """What is taken out: first to last + 1 of a segment's text, and what stands there instead ('': a part goes)."""

    segment: int
    first: int
    last: int
    shown: str


def redacted(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """The segments without card numbers and codes: each speaker's words are looked through, then both as they follow."""
    found = [_one_text(each) for each in segments]
    for side in sorted({each.side for each in found}):
        found = _pass(found, [place for place, each in enumerate(found) if each.side == side])
    return tuple(_pass(found, range(len(found))))


def _one_text(segment: Segment) -> Segment:
    """The segment with a text in which its words stand: what is not in the text could not be looked through."""
    at = 0
    for word in segment.words:
        at = segment.text.find(word.text.strip(), at)
        if at < 0:
            return replace(segment, text=" ".join(each.text.strip() for each in segment.words))
        at += len(word.text.strip())
    return segment


def _pass(segments: list[Segment], wanted: Sequence[int]) -> list[Segment]:
    ordered = sorted(wanted, key=lambda place: (segments[place].start_s, place))
    stream = [_Place(place, token) for place in ordered for token in tokens(segments[place].text)]
    cuts = [*_cards(stream), *_codes(stream)]
    for place in {cut.segment for cut in cuts}:
        segments[place] = _without(segments[place], [cut for cut in cuts if cut.segment == place])
    return segments


def _cards(stream: Sequence[_Place]) -> Iterator[_Cut]:
    for run in _runs(stream):
        taken = _card_in([stream[place].token for place in run], after_card=_near_card(stream, run[0]))
        for first, last in taken:
            yield from _cuts([stream[place] for place in run[first:last]], CARD)


def _runs(stream: Sequence[_Place]) -> Iterator[list[int]]:
    """Places of numbers that follow each other with nothing or a little word between them."""
    run: list[int] = []
    between = 0
    for place, each in enumerate(stream):
        token = each.token
        if token.digits:
            if token.plus and run:
                yield run
                run = []
            run.append(place)
            between = 0
        elif ends_sentence(token):
            continue
        elif run and token.text in _FILLERS and between < _FILLERS_AT_ONCE:
            between += 1
        elif run:
            yield run
            run, between = [], 0
    if run:
        yield run


def _near_card(stream: Sequence[_Place], place: int) -> bool:
    before = stream[max(0, place - _CARD_WITHIN) : place]
    return any(each.token.text.startswith(_CARD_WORDS) for each in before)


def _card_in(run: Sequence[Token], *, after_card: bool) -> list[tuple[int, int]]:
    """The parts (first, last + 1) of a run of numbers that are card numbers."""
    digits = "".join(each.digits for each in run)
    fits = len(digits) >= _FEWEST and (after_card or (len(digits) <= _MOST and _luhn(digits)))
    if fits and not run[0].plus:
        return [(0, len(run))]
    found, place = list[tuple[int, int]](), 0
    while place < len(run):
        last = _card_from(run, place)
        if last:
            found.append((place, last))
        place = last or place + 1
    return found


def _card_from(run: Sequence[Token], first: int) -> int:
    """Where a card number that begins at a number of a run ends; 0 when none does."""
    if run[first].plus or run[first].digits[0] not in _BEGINS:
        return 0
    ends, length = dict[int, int](), 0
    for last in range(first, len(run)):
        length += len(run[last].digits)
        ends[length] = last + 1
        if length > _MOST:
            break
    for length in _USUAL:
        if (end := ends.get(length)) and _luhn("".join(each.digits for each in run[first:end])):
            return end
    return 0


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(map(int, reversed(digits))):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0 and len(set(digits)) > 1


def _codes(stream: Sequence[_Place]) -> Iterator[_Cut]:
    for place, each in enumerate(stream):
        if _asks_for_code(stream, place):
            run = list(_code_after(stream, place))
            if sum(len(found.token.digits) for found in run) in (3, 4):
                yield from _cuts(run, CODE)
        elif each.token.text in ("цифры", "цифри", "digits") and _on_the_back(stream, place):
            run = list(_code_after(stream, place))
            if sum(len(found.token.digits) for found in run) == 3:
                yield from _cuts(run, CODE)


def _asks_for_code(stream: Sequence[_Place], place: int) -> bool:
    word = stream[place].token.text
    before = stream[place - 1].token.text if place else ""
    after = stream[place + 1].token.text if place + 1 < len(stream) else ""
    if word == "code":
        return before in ("security", "card", "cvv", "cvc", "verification")
    return word in _CODE_WORDS and not after.startswith(_OTHER_CODES)


def _on_the_back(stream: Sequence[_Place], place: int) -> bool:
    near = stream[max(0, place - 6) : place + 6]
    return any(each.token.text.startswith(("back", "оборот", "обрат", "зворот")) for each in near)


def _code_after(stream: Sequence[_Place], place: int) -> Iterator[_Place]:
    """The numbers that follow a word soon, up to the first word that is none."""
    begun = False
    for passed, each in enumerate(stream[place + 1 :]):
        if each.token.digits:
            begun = True
            yield each
            continue
        little = ends_sentence(each.token) or each.token.text in _FILLERS
        if not little if begun else passed >= _CODE_WITHIN:
            return


def _cuts(run: Sequence[_Place], shown: str) -> Iterator[_Cut]:
    """From the first digit to the last, in each segment that has some; said once, where it begins."""
    for segment in sorted({each.segment for each in run}, key=[each.segment for each in run].index):
        own = [each.token for each in run if each.segment == segment]
        yield _Cut(segment, own[0].first, own[-1].last, shown)


def _without(segment: Segment, cuts: Sequence[_Cut]) -> Segment:
    """The segment with its text and its words changed alike."""
    text, words = segment.text, list(segment.words)
    spans = _word_spans(segment)
    for cut in sorted(cuts, key=lambda cut: cut.first, reverse=True):
        text = text[: cut.first] + cut.shown + text[cut.last :]
        hit = [place for place, (first, last) in enumerate(spans) if first < cut.last and last > cut.first]
        if hit:
            first, last = hit[0], hit[-1]
            words[first : last + 1] = [Word(words[first].start_s, words[last].end_s, cut.shown)]
            spans[first : last + 1] = [(cut.first, cut.last)]
    return replace(segment, text=text, words=tuple(words))


def _word_spans(segment: Segment) -> list[tuple[int, int]]:
    """Where each word stands in the text (first, last + 1)."""
    spans, at = list[tuple[int, int]](), 0
    for word in segment.words:
        bare = word.text.strip()
        first = segment.text.index(bare, at)
        at = first + len(bare)
        spans.append((first, at))
    return spans
