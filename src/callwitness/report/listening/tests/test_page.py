"""The page of listening: sentence first, the doubtful ones first, nothing from outside unescaped."""

from __future__ import annotations

import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from callwitness.audio.heard import Candidate, Heard
from callwitness.report.formats import Formats
from callwitness.report.language import LANGUAGES
from callwitness.report.listening import page
from callwitness.report.listening.card import moment_text, plain
from callwitness.report.listening.figures import doubtful_first, figures
from callwitness.report.listening.page import ListeningInput, render, sentences, with_cards
from callwitness.report.listening.tests.invented import (
    ANSWERED,
    BROKEN,
    DOUBTFUL,
    FACTS,
    FAULTY,
    HOSTILE,
    LINES,
    NOBODY,
    PIECES,
    SOUNDS,
    STEREO,
)


def rendered(lang: str = "en", facts: list[Heard] | None = None) -> str:
    return render(ListeningInput(FACTS if facts is None else facts, LINES, SOUNDS, PIECES, lang))


def cards(html: str) -> list[str]:
    return html.split("<article")[1:]


def test_it_begins_with_what_was_found() -> None:
    assert sentences(FACTS, "en") == [
        "6 recordings: a person answered in 2, nobody in 1.",
        "2 are doubtful (33\u00a0%): a person should listen.",
        "1 cannot be read.",
        "From the start of the recording to the first live word: 0:12 in the middle, 0:37 or less in nine of ten.",
    ]
    assert sentences([], "en") == ["0 recordings: a person answered in 0, nobody in 0."]


def test_whoever_needs_an_ear_comes_first() -> None:
    assert doubtful_first([ANSWERED, STEREO, NOBODY, BROKEN, DOUBTFUL, FAULTY]) == [
        FAULTY, DOUBTFUL, BROKEN, NOBODY, ANSWERED, STEREO,
    ]  # fmt: skip
    silent = replace(
        NOBODY, file="silent.wav", confidence=0.95, silence="near", problem="The caller's side is silent."
    )
    assert doubtful_first([silent, NOBODY]) == [NOBODY, silent]
    cut = replace(STEREO, file="cut.wav", problem="The file was cut.")
    assert doubtful_first([NOBODY, cut]) == [cut, NOBODY]
    names = re.findall(r"<h2>(.*?)</h2>", rendered())
    assert names[:2] == ["support/8.wav", "support/звонок № 7, «алло».opus"]


def test_doubtful_moments_are_no_waits() -> None:
    assert figures([DOUBTFUL]).median_s is None
    many = [replace(ANSWERED, file=f"{n}.wav", human_voice_s=float(n)) for n in range(1, 11)]
    assert (figures(many).median_s, figures(many).p90_s) == (5.0, 9.0)


def test_a_recording_shows_its_moment_its_sureness_and_where_to_play() -> None:
    (card,) = [each for each in cards(rendered()) if "in-74950000001-79000000001" in each]
    assert 'data-jump="32.24"' in card
    assert 'data-sound="sound/0000.ogg"' in card
    assert "<b>0:37.2</b>" in card
    assert "sure 97\u00a0% · of 2:05" in card
    assert "Your call is important to us" in card
    assert card.count('class="span-speech"') == 2
    assert card.count('class="candidate"') == 3


def test_the_doubtful_offers_its_candidates_best_first() -> None:
    (card,) = [each for each in cards(rendered()) if "звонок" in each]
    assert re.findall(r'data-from="([\d.]+)">(\S+) <small>', card) == [
        ("36.0", "0:41.0"),
        ("5.1", "0:10.1"),
        ("50.0", "0:55.0"),
    ]


def test_a_doubt_whether_anybody_answered_leads_to_the_likeliest_moment() -> None:
    (card,) = cards(rendered(facts=[replace(DOUBTFUL, human_voice_s=None)]))
    assert 'data-jump="36.0"' in card
    assert "5 s before the likeliest moment" in card
    assert "perhaps nobody" in card


def test_a_fault_of_a_side_is_said() -> None:
    (card,) = [each for each in cards(rendered()) if "support/8.wav" in each]
    assert card.count("digital silence throughout") == 1
    assert "На отвечающей стороне всюду цифровая тишина" in rendered("ru")
    assert "<li>The file was cut.</li>" in card


def test_names_and_problems_from_outside_stay_text() -> None:
    nasty = replace(BROKEN, problem="<img src=x onerror=alert(1)>")
    html = rendered(facts=[nasty, replace(ANSWERED, known=["<b>"])])
    assert "<script>alert" not in html
    assert "<img" not in html
    assert "&lt;img src=x" in html
    assert "<span>&lt;b&gt;</span>" in html
    assert "\u202e" not in re.findall(r"<h2>(.*?)</h2>", html)[0]
    assert plain(HOSTILE).endswith("\\u202egnp.wav")


def test_a_piece_without_a_name_is_told_by_what_it_is_and_leads_there() -> None:
    played = [("k1", 6.4, 13.9), ("a1b2c3", 14.2, 24.9), ("k1", 25.0, 29.0)]
    html = rendered(facts=[replace(ANSWERED, known=["a1b2c3", "k1"], played=played)])
    assert re.findall(r'data-from="([\d.]+)">([^<]+)</button>', html) == [
        ("14.2", "Your call is important to us, 11 s, at 0:14"),
        ("6.4", "announcement, 8 s, at 0:06"),
    ]
    assert "k1" not in html


def test_moments_that_nobody_can_tell_apart_are_offered_once() -> None:
    near = [Candidate(57.2, 0.4), Candidate(57.0, 0.3), Candidate(10.0, 0.2), Candidate(56.6, 0.1)]
    html = rendered(facts=[replace(DOUBTFUL, candidates=near)])
    assert re.findall(r'">(\S+) <small>', html) == ["0:57.2", "0:10.0", "0:56.6"]


def test_a_recording_that_was_read_and_is_silent_is_not_called_unreadable() -> None:
    silent = Heard("mute.wav", "unreadable", duration_s=30.0, silence="all")
    assert sentences([silent, BROKEN, NOBODY], "en")[1:3] == [
        "1 cannot be read.",
        "1 is silent from start to end.",
    ]
    assert sentences([silent], "uk")[1:] == ["1 запис — тиша від початку до кінця."]


def test_it_needs_nothing_but_itself() -> None:
    html = rendered()
    assert not re.findall(r"(?:src|href)=\"(?!#)(?!sound/)", html)
    assert not re.findall(r"https?://|@import|url\((?!#)", html)
    assert html == rendered()


def test_the_surest_of_many_are_listed_without_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "MOST_CARDS", 4)
    monkeypatch.setattr(page, "_MOST_ROWS", 1)
    assert with_cards(FACTS) == [FAULTY, DOUBTFUL, BROKEN, NOBODY]
    html = rendered()
    assert len(cards(html)) == 4
    rest = html.split('id="rest"')[1]
    assert rest.count("<tr><td>") == 1
    assert "79000000001" in rest
    assert "1 more is left out" in rest


def test_a_recording_heard_twice_stands_once() -> None:
    assert len(cards(rendered(facts=[ANSWERED, ANSWERED]))) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_speaks_three_languages(lang: str) -> None:
    html = rendered(lang)
    assert f'<html lang="{lang}">' in html
    assert {"en": "first live word", "ru": "первое живое слово", "uk": "перше живе слово"}[lang] in html


def test_moments_are_written_to_a_tenth() -> None:
    formats = Formats("en", ZoneInfo("UTC"))
    assert [moment_text(at, formats) for at in (0.04, 9.96, 59.97, 3601.25)] == [
        "0:00.0", "0:10.0", "1:00.0", "1:00:01.2",
    ]  # fmt: skip
