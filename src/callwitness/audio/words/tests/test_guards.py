"""What engines make up is dropped, what people say is kept."""

from __future__ import annotations

import pytest

from callwitness.audio.words.engine import Said
from callwitness.audio.words.guards import believable


def kept(*said: Said) -> list[str]:
    return [each.text for each in believable(said)]


@pytest.mark.parametrize(
    "said",
    [
        Said(0, 4, "Thank you for watching!", no_speech=0.9, logprob=-1.2),
        Said(0, 4, "Субтитры подготовлены", no_speech=0.3, logprob=-2.0),
        Said(0, 20, "and the and the " * 30, no_speech=0.0, logprob=-0.2),
        Said(0, 4, "la la la la", no_speech=0.0, logprob=-0.2, compression=2.9),
        Said(0, 1, "A whole paragraph of text that nobody could possibly say in a second", logprob=-0.3),
        Said(0, 4, " ... "),
    ],
    ids=["silence", "hopeless", "loop", "told loop", "too fast", "dots"],
)
def test_marks_of_invention_are_known(said: Said) -> None:
    assert kept(said) == []


@pytest.mark.parametrize(
    "said",
    [
        Said(0, 3, "Good morning, how can I help you?", no_speech=0.01, logprob=-0.2, compression=1.1),
        Said(0, 3, "Mumbled but there", no_speech=0.1, logprob=-1.1),
        Said(0, 3, "Odd place, clear words", no_speech=0.8, logprob=-0.3),
        Said(0, 0.2, "Да, слушаю", no_speech=0.1, logprob=-0.4),
        Said(0, 3, "An engine that tells no figures"),
        Said(0, 3, "7"),
    ],
)
def test_what_people_say_is_kept(said: Said) -> None:
    assert kept(said) == [said.text]


def test_of_the_same_words_again_and_again_two_are_kept() -> None:
    same = [Said(at, at + 1, text) for at, text in enumerate(["Yes.", "yes", "Yes!", " Yes", "No", "Yes"])]
    assert kept(*same) == ["Yes.", "yes", "No", "Yes"]
