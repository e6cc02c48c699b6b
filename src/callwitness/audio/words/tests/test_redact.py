"""Card numbers and codes are taken out; phone and contract numbers stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callwitness.audio.words.redact import redacted
from callwitness.audio.words.transcript import Segment, Side, Word


def said(*texts: str, side: Side = "both") -> list[Segment]:
    return [Segment(side, float(at), at + 1.0, text) for at, text in enumerate(texts)]


def told(*texts: str) -> list[str]:
    return [each.text for each in redacted(said(*texts))]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("It is 4111 1111 1111 1111, thanks", "It is [card], thanks"),
        ("It is 4111-1111-1111-1111.", "It is [card]."),
        ("4111111111111111", "[card]"),
        ("4.1.1.1. 1.1.1.1. 1.1.1.1. 1.1.1.1.", "[card]."),
        ("3782 822463 10005 it is an Amex", "[card] it is an Amex"),
        ("Записывайте: 2200 7007, да, 1234 5676.", "Записывайте: [card]."),
        ("My number four one one one one one one one one one one one one one one one ok?", "My number [card] ok?"),
        ("four-one-one-one triple one one, 11111111 done", "[card] done"),
        ("четыре один один один один один один один один один один один один один один один всё", "[card] всё"),
        ("чотири один один один один один один один один один один один один один один один все", "[card] все"),
        ("сорок один одиннадцать, одиннадцать одиннадцать, одиннадцать одиннадцать, 11 11", "[card]"),
        ("сорок один одинадцять 1111 1111 1111", "[card]"),
        ("п'ять п’ять пʼять п'ять 5555 5555 4444", "[card]"),
        ("Моя карта 4111 1111 1111 1112", "Моя карта [card]"),
        ("My card number is 41111111111111111111111", "My card number is [card]"),
        ("CVV 123, спасибо", "CVV [code], спасибо"),
        ("CVV2: 1 2 3", "CVV2: [code]"),
        ("CVC-код семь три один", "CVC-код [code]"),
        ("код на обратной стороне карты: 123", "код на обратной стороне карты: [code]"),
        ("the security code is four five six okay", "the security code is [code] okay"),
        ("код чотири п'ять шість", "код [code]"),
        ("три цифры на обороте: 731", "три цифры на обороте: [code]"),
    ],
)  # fmt: skip
def test_card_numbers_and_codes_are_taken_out(text: str, left: str) -> None:
    assert told(text) == [left]


@pytest.mark.parametrize(
    "text",
    [
        "Call me at +7 900 000-12-34 or 8 900 000 12 35",
        "+380 50 000 11 22, ні, +380 50 000 11 23",
        "My phone: 8 (900) 000-12-34, second 8 (495) 000-12-35",
        "Contract 1234 5678 9012 3456",
        "Договор 40817810099910004312 от 16.11.2026",
        "Order 100200300 of 2026-11-16, 16:30",
        "0000 0000 0000 0000",
        "Код города 495, домофон 123",
        "Почтовый индекс 101000, код 12345",
        "code 404 on the page",
        "one two three, one two three, can you hear me",
        "In 2026 we had 4111 calls, 1111 more than before; 1111 were missed and 1111 were late",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert told(text) == [text]


def test_a_number_dictated_over_several_segments_goes() -> None:
    assert told("Диктую: 4111", "Да.", "1111", "угу", "1111, 1111", "Записал.") == [
        "Диктую: [card]", "Да.", "[card]", "угу", "[card]", "Записал.",
    ]  # fmt: skip


def test_a_number_with_the_other_side_between_goes() -> None:
    rows = [
        Segment("near", 0, 4, "4111 1111"),
        Segment("far", 2, 3, "Слушаю внимательно, записываю номер"),
        Segment("near", 5, 9, "1111 1111"),
        Segment("far", 10, 11, "Назовите код."),
        Segment("near", 11, 12, "123"),
    ]
    assert [each.text for each in redacted(rows)] == [
        "[card]", "Слушаю внимательно, записываю номер", "[card]", "Назовите код.", "[code]",
    ]  # fmt: skip


def test_a_number_that_two_people_share_goes() -> None:
    rows = [Segment("near", 0, 1, "4111 1111"), Segment("far", 2, 3, "да, 1111 1111")]
    assert [each.text for each in redacted(rows)] == ["[card]", "да, [card]"]


def test_words_lose_the_number_with_the_text() -> None:
    texts = ["It's", "4111", "1111", "1111", "1111,", "right?"]
    words = tuple(Word(at, at + 0.5, text) for at, text in enumerate(texts))
    (done,) = redacted([Segment("both", 0, 5.5, " ".join(texts), words)])
    assert done.text == "It's [card], right?"
    assert done.words == (Word(0, 0.5, "It's"), Word(1, 4.5, "[card]"), Word(5, 5.5, "right?"))


def test_words_that_do_not_stand_in_the_text_are_looked_through_all_the_same() -> None:
    words = tuple(Word(at, at + 1, "4111" if at == 0 else "1111") for at in range(4))
    (done,) = redacted([Segment("both", 0, 4, "four one one one, and so on", words)])
    assert "1111" not in done.text
    assert [word.text for word in done.words] == ["[card]"]


def test_two_cards_and_a_phone_in_one_breath() -> None:
    text = "Первая 4111 1111 1111 1111 вторая 5555 5555 5555 4444 телефон 8 900 000 12 34"
    assert told(text) == ["Первая [card] вторая [card] телефон 8 900 000 12 34"]


def test_a_card_inside_a_longer_run_of_numbers_goes() -> None:
    assert told("16 4111 1111 1111 1111 12 28") == ["16 [card] 12 28"]


SPOKEN = {
    "en": "zero one two three four five six seven eight nine".split(),
    "ru": "ноль один два три четыре пять шесть семь восемь девять".split(),
    "uk": "нуль один два три чотири п'ять шість сім вісім дев'ять".split(),
}


@st.composite
def dictated(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A card number, and the texts in which somebody says it: in groups, in words or digits, with little words between."""
    digits = draw(st.sampled_from("23456")) + draw(st.text("0123456789", min_size=14, max_size=14))
    number = next(digits + last for last in "0123456789" if luhn(digits + last))
    words, texts, at = SPOKEN[draw(st.sampled_from(sorted(SPOKEN)))], [""], 0
    while at < len(number):
        size = draw(st.integers(1, 4))
        group, at = number[at : at + size], at + size
        said = " ".join(words[int(digit)] for digit in group) if draw(st.booleans()) else group
        texts[-1] += draw(st.sampled_from([" ", ", ", ". ", "-", " да, ", " and "])) + said
        if draw(st.integers(0, 4)) == 0:
            texts.append("")
    return number, texts


def luhn(digits: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


@given(dictated())
def test_a_card_number_goes_however_it_is_dictated(told_so: tuple[str, list[str]]) -> None:
    _number, texts = told_so
    left = " ".join(told(*texts))
    assert not [digit for digit in left if digit.isdecimal()], left
    assert not {word for words in SPOKEN.values() for word in words} & set(left.replace(",", " ").split()), (
        left
    )


@given(st.lists(st.text("0123456789 +-.,()abcйїCVкод", max_size=60), max_size=6))
def test_any_text_is_taken_and_what_was_taken_out_stays_out(texts: list[str]) -> None:
    once = redacted(said(*texts))
    assert [each.side for each in once] == ["both"] * len(texts)
    assert redacted(once) == once
