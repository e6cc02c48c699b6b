"""What was said in a recording, on the page of its call."""

from __future__ import annotations

import pytest

from callwitness.audio.words.transcript import Segment, Word
from callwitness.ledger import models as m
from callwitness.web.call.tests.conftest import add_recording
from callwitness.web.call.words import without_numbers
from callwitness.web.ui.cast import Cast, Person

SEGMENTS = [
    {"side": "far", "start_s": 12.5, "end_s": 14.0, "text": "Good <b>morning</b>", "words": [[12.5, 13.0, "Good"], [13.0, 14.0, "<b>morning</b>"]]},
    {"side": "near", "start_s": 75.0, "end_s": 78.0, "text": "my number is 8 900 000 12 34", "words": []},
]  # fmt: skip


def write(recording: m.Recording, **columns: object) -> m.Transcript:
    plain = {"sha256": recording.sha256, "state": "written", "language": "en", "engine": "test 1", "segments": SEGMENTS, "written_at": 1}  # fmt: skip
    return m.Transcript.objects.create(recording=recording, **{**plain, **columns})


def page(cast: Cast, who: Person) -> str:
    return who.client.get(cast.url("call/c-abandoned/")).content.decode()


def read(cast: Cast, who: Person, recording: m.Recording) -> tuple[int, str]:
    answer = who.client.get(cast.url(f"call/c-abandoned/recording/{recording.pk}/words/"))
    return answer.status_code, answer.content.decode()


def test_the_text_is_asked_for_from_the_page_and_stands_by_side_and_time(shown: Cast) -> None:
    recording = add_recording(shown, shown.calls["abandoned"])
    write(recording)
    assert f"recording/{recording.pk}/words/" in page(shown, shown.olga)
    status, text = read(shown, shown.olga, recording)
    assert status == 200
    assert 'class="far" data-row data-from="12.50" data-until="14.00"' in text
    assert '<span data-at="12.50">Good</span> <span data-at="13.00">&lt;b&gt;morning&lt;/b&gt;</span>' in text
    assert "1:15" in text
    assert "test 1" in text


def test_a_reading_is_noted_once(shown: Cast) -> None:
    recording = add_recording(shown, shown.calls["abandoned"])
    write(recording)
    page(shown, shown.olga)
    assert not m.Audit.objects.filter(action="read_words").exists()
    for _ in range(3):
        read(shown, shown.olga, recording)
    read(shown, shown.auditor, recording)
    assert sorted(str(row.user) for row in m.Audit.objects.filter(action="read_words")) == ["Andriy", "Olga"]


def test_who_may_not_listen_may_not_read(shown: Cast) -> None:
    recording = add_recording(shown, shown.calls["support"])
    write(recording)
    address = shown.url(f"call/c-support/recording/{recording.pk}/words/")
    for who in (shown.ivanna, shown.stranger):
        assert who.client.get(address).status_code == 404
    assert shown.anonymous.get(address).status_code == 302
    assert shown.olga.client.post(address).status_code == 405
    assert read(shown, shown.olga, recording)[0] == 404


def test_text_of_other_bytes_is_not_shown(shown: Cast) -> None:
    recording = add_recording(shown, shown.calls["abandoned"])
    write(recording, sha256="0" * 64)
    assert "words/" not in page(shown, shown.olga)
    assert read(shown, shown.olga, recording)[0] == 404


@pytest.mark.parametrize(
    ("state", "said"), [("waiting", "tried again: slow down"), ("failed", "There is no text: slow down")]
)
def test_why_there_is_no_text_is_said(shown: Cast, state: str, said: str) -> None:
    recording = add_recording(shown, shown.calls["abandoned"])
    write(recording, state=state, problem="slow down", segments=[])
    assert said in page(shown, shown.olga)
    assert read(shown, shown.olga, recording)[0] == 404


def test_silence_is_said(shown: Cast) -> None:
    write(add_recording(shown, shown.calls["abandoned"]), segments=[])
    assert "Nothing was said" in page(shown, shown.olga)


def test_numbers_are_hidden_from_who_sees_none(shown: Cast) -> None:
    recording = add_recording(shown, shown.calls["abandoned"])
    write(recording)
    m.Membership.objects.filter(user=shown.auditor.user).update(mask_numbers=True)
    text = read(shown, shown.auditor, recording)[1]
    assert "my number is •••" in text
    assert "000 12" not in text
    assert "Good" in text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("восемь девятьсот ноль ноль ноль двенадцать тридцать четыре, да", "•••, да"),
        ("8 900, да, 000 12 34", "•••"),
        ("+38 (050) 000-11-22 и всё", "+••• и всё"),
        ("at 10 30 on the 5th, room 12", "at 10 30 on the 5th, room 12"),
    ],
)
def test_numbers_are_hidden_whichever_way_they_are_said(text: str, left: str) -> None:
    segment = Segment("both", 0, 1, text, (Word(0, 1, text),))
    assert without_numbers([segment])[0].text == left


def test_a_number_said_in_parts_is_hidden_whoever_speaks_between_them() -> None:
    said = (
        Segment("near", 0, 1, "My number is 8 900"),
        Segment("far", 1, 2, "yes, at 15"),
        Segment("near", 2, 3, "000 12 34, please"),
    )
    assert [each.text for each in without_numbers(said)] == ["My number is •••", "yes, at 15", "•••, please"]
