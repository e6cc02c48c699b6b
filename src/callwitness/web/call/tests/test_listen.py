"""Listening and downloading."""

from __future__ import annotations

from django.http import HttpResponseBase

from callwitness.ledger import models as m
from callwitness.services.arrivals.evidence_store import evidence_store
from callwitness.web.call.tests.conftest import SOUND, add_recording
from callwitness.web.ui.cast import Cast, Person


def _heard(cast: Cast, who: Person, recording: m.Recording, asked: str = "") -> HttpResponseBase:
    headers = {"Range": asked} if asked else {}
    return who.client.get(cast.url(f"call/c-abandoned/recording/{recording.pk}/"), headers=headers)


def _bytes(answer: HttpResponseBase) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # it streams


def test_a_recording_is_heard_whole_or_in_pieces(shown: Cast) -> None:
    recording = add_recording(shown, shown.calls["abandoned"])
    whole = _heard(shown, shown.olga, recording)
    assert whole.status_code == 200
    assert whole["Content-Type"] == "audio/wav"
    assert _bytes(whole) == SOUND
    for asked, expected in (
        ("bytes=10-19", SOUND[10:20]),
        ("bytes=2000-", SOUND[2000:]),
        ("bytes=-5", SOUND[-5:]),
    ):
        answer = _heard(shown, shown.olga, recording, asked)
        assert answer.status_code == 206
        assert answer["Content-Length"] == str(len(expected))
        assert answer["Content-Range"].endswith(f"/{len(SOUND)}")
        assert _bytes(answer) == expected


def test_a_piece_beyond_the_end_is_refused(shown: Cast) -> None:
    recording = add_recording(shown, shown.calls["abandoned"])
    answer = _heard(shown, shown.olga, recording, "bytes=9999-")
    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{len(SOUND)}"


def test_a_listening_is_noted_once(shown: Cast) -> None:
    recording = add_recording(shown, shown.calls["abandoned"])
    for asked in ("", "bytes=0-99", "bytes=100-199"):
        _bytes(_heard(shown, shown.olga, recording, asked))
    _bytes(_heard(shown, shown.auditor, recording))
    noted = m.Audit.objects.filter(action="listen")
    assert sorted(str(row.user) for row in noted) == ["Andriy", "Olga"]


def test_download_is_a_right_of_its_own(shown: Cast) -> None:
    recording = add_recording(shown, shown.calls["abandoned"])
    address = shown.url(f"call/c-abandoned/recording/{recording.pk}/download/")
    answer = shown.olga.client.get(address)
    assert answer["Content-Disposition"] == 'attachment; filename="170000.wav"'
    assert _bytes(answer) == SOUND
    assert m.Audit.objects.get(action="download").user == shown.olga.user
    for who in (shown.agency, shown.auditor, shown.stranger):
        assert who.client.get(address).status_code == 404


def test_a_recording_of_another_call_or_of_nobody_is_absent(shown: Cast) -> None:
    recording = add_recording(shown, shown.calls["support"])
    assert _heard(shown, shown.olga, recording).status_code == 404
    address = shown.url(f"call/c-support/recording/{recording.pk}/")
    assert shown.ivanna.client.get(address).status_code == 404
    assert shown.stranger.client.get(address).status_code == 404
    assert shown.anonymous.get(address).status_code == 302
    assert shown.olga.client.post(address).status_code == 405


def test_bytes_that_were_deleted_are_absent(shown: Cast) -> None:
    recording = add_recording(shown, shown.calls["abandoned"])
    evidence_store().delete(recording.sha256)
    assert _heard(shown, shown.olga, recording).status_code == 404
