from __future__ import annotations

import io
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import soundfile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callwitness.ledger import models as m
from callwitness.services.arrivals.read_evidence import read_pending
from callwitness.services.arrivals.receive import receive
from callwitness.services.recordings.keep import MOST_TRIES, fetch_due, keep_recording
from callwitness.services.recordings.links import link_recordings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data")]

NOW = 1_795_000_000_000
DAY = 86_400_000


@pytest.fixture
def office() -> m.Source:
    acme = m.Workspace.objects.create(slug="acme", name="Acme", country="RU")
    return m.Source.objects.create(workspace=acme, name="office", role="office")


def sound(kind: str = "WAV", seconds: float = 2.0, channels: int = 1) -> bytes:
    rate = 8000
    wave = 0.5 * np.sin(np.arange(int(rate * seconds)) * 0.3)
    wave[: len(wave) // 2] = 0
    out = io.BytesIO()
    soundfile.write(out, np.column_stack([wave] * channels), rate, format=kind)
    return out.getvalue()


def call(source: m.Source, native: str, name: str = "c1") -> m.Call:
    texts = dict.fromkeys(
        "anchor_native_id direction caller caller_kind did called verdict agent queue trunk recovery content".split(),
        "",
    )
    made = m.Call.objects.create(
        workspace=source.workspace,
        public_id=name,
        anchor_source=source,
        started_at=NOW,
        day=NOW // DAY,
        **texts,
    )
    more = dict.fromkeys("match excluded_because rule result agent recording".split(), "")
    m.Witness.objects.create(call=made, source=source, native_call_id=native, started_at=NOW, **more)
    return made


def keep(source: m.Source, name: str, data: bytes | None = None) -> m.Recording:
    return keep_recording(source, io.BytesIO(sound() if data is None else data), name, NOW)


@pytest.mark.parametrize(
    ("kind", "media"),
    [("WAV", "audio/wav"), ("OGG", "audio/ogg"), ("FLAC", "audio/flac"), ("MP3", "audio/mpeg")],
)
def test_a_recording_is_measured(office: m.Source, kind: str, media: str) -> None:
    kept = keep(office, f"a.{kind.lower()}", sound(kind, channels=2))
    assert (kept.state, kept.media_type, kept.channels) == ("kept", media, 2)
    assert kept.duration_s == pytest.approx(2.0, abs=0.1)
    assert 350 <= len(kept.peaks) <= 400
    assert max(kept.peaks[:150]) <= 5
    assert min(kept.peaks[250:350]) >= 45
    assert max(kept.peaks) <= 60


@pytest.mark.real("ffmpeg", commands=("ffmpeg",))
@pytest.mark.parametrize(
    ("ending", "codec", "media"),
    [("m4a", "aac", "audio/mp4"), ("aac", "aac", "audio/aac"), ("webm", "libopus", "audio/webm")],
)
def test_what_phones_and_browsers_record_is_kept_like_any(
    office: m.Source, tmp_path: Path, ending: str, codec: str, media: str
) -> None:
    (tmp_path / "a.wav").write_bytes(sound(channels=2))
    path = tmp_path / f"a.{ending}"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", "-i", tmp_path / "a.wav", "-c:a", codec, path], check=True
    )
    kept = keep(office, path.name, path.read_bytes())
    assert (kept.state, kept.media_type, kept.channels, kept.to_hear) == ("kept", media, 2, True)
    assert kept.duration_s == pytest.approx(2.0, abs=0.2)
    assert max(kept.peaks[:120]) <= 10
    assert min(kept.peaks[260:340]) >= 40


@pytest.mark.parametrize("data", [b"", b"no sound", sound()[:30], b"RIFF" + b"\xff" * 100, b"<html>"])
def test_what_is_no_sound_fails_with_a_sentence(office: m.Source, data: bytes) -> None:
    kept = keep(office, "a.wav", data)
    assert kept.state == "failed"
    assert kept.problem.endswith(".")
    assert kept.problem[0].isupper()


def test_a_recording_finds_its_call_by_an_id_in_its_name(office: m.Source) -> None:
    mine = call(office, "1793606400.123")
    kept = keep(office, "out-101-79000000001-20261102-1793606400.123.wav")
    assert link_recordings(office.workspace, NOW) == 1
    kept.refresh_from_db()
    mine.refresh_from_db()
    assert (kept.call, kept.native_call_id, mine.recorded) == (mine, "1793606400.123", True)


def test_a_recording_finds_its_call_by_the_name_that_records_carry(office: m.Source) -> None:
    table = "date,caller,number,duration,status,id,recording\n2026-11-02 12:00:00,+79000000001,+74950000001,60,answered,xyz-1,/rec/2026/q-17.mp3\n"
    receive(office, io.BytesIO(table.encode()), "calls.csv", "upload", NOW)
    read_pending(NOW)
    assert m.Record.objects.get().recording == "/rec/2026/q-17.mp3"
    mine = call(office, m.Record.objects.get().native_call_id)
    keep(office, "q-17.wav")
    link_recordings(office.workspace, NOW)
    assert m.Recording.objects.get().call == mine


def test_an_orphan_is_looked_for_again_later(office: m.Source) -> None:
    kept = keep(office, "unheard-of.wav")
    assert link_recordings(office.workspace, NOW) == 0
    call(office, "unheard-of")
    assert link_recordings(office.workspace, NOW + 1) == 0
    assert link_recordings(office.workspace, NOW + 61_000) == 1
    kept.refresh_from_db()
    assert kept.call is not None


def test_when_calls_split_the_recording_goes_with_its_id(office: m.Source) -> None:
    one = call(office, "1793606400.123")
    keep(office, "1793606400.123.wav")
    link_recordings(office.workspace, NOW)
    two = call(office, "1793606400.999", "c2")
    m.Witness.objects.filter(call=one).update(call=two)
    link_recordings(office.workspace, NOW)
    assert m.Recording.objects.get().call == two
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.recorded, two.recorded) == (False, True)


def test_a_second_file_of_one_name_takes_the_place_of_the_first(office: m.Source) -> None:
    keep(office, "a.wav", b"no sound")
    keep(office, "a.wav")
    assert m.Recording.objects.get().state == "kept"


class Far(BaseHTTPRequestHandler):
    answers: ClassVar[list[tuple[int, bytes]]] = []

    def do_GET(self) -> None:
        status, body = self.answers.pop(0) if self.answers else (404, b"")
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def provider(*answers: tuple[int, bytes]) -> Iterator[str]:
    Far.answers = list(answers)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Far)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def awaited(source: m.Source, host: str) -> m.Recording:
    table = f"date,caller,number,duration,status,recording\n2026-11-02 12:00:00,+79000000001,+74950000001,60,answered,http://{host}/r/1.wav\n"
    receive(source, io.BytesIO(table.encode()), "calls.csv", "upload", NOW)
    read_pending(NOW)
    return m.Recording.objects.get()


def test_a_link_in_a_record_is_fetched(office: m.Source) -> None:
    with provider((200, sound())) as host:
        office.options = {"fetch_hosts": [host]}
        office.save()
        recording = awaited(office, host)
        assert (recording.state, recording.native_call_id != "") == ("awaited", True)
        mine = call(office, recording.native_call_id)
        assert [fetch_due(NOW), fetch_due(NOW)] == [1, 0]
    recording.refresh_from_db()
    assert (recording.state, recording.call, recording.channels) == ("kept", mine, 1)


def test_a_recording_that_is_not_ready_is_asked_for_again(office: m.Source) -> None:
    with provider((404, b""), (200, b"not yet"), (200, sound())) as host:
        office.options = {"fetch_hosts": [host]}
        office.save()
        recording = awaited(office, host)
        assert [fetch_due(NOW), fetch_due(NOW + 1000)] == [1, 0]
        recording.refresh_from_db()
        assert (recording.state, "404" in recording.problem) == ("awaited", True)
        assert fetch_due(NOW + 31_000) == 1
        assert fetch_due(NOW + 200_000) == 1
    recording.refresh_from_db()
    assert recording.state == "kept"


def test_after_many_tries_it_is_given_up_with_a_sentence(office: m.Source) -> None:
    with provider() as host:
        office.options = {"fetch_hosts": [host]}
        office.save()
        recording = awaited(office, host)
        for day in range(MOST_TRIES + 2):
            fetch_due(NOW + day * DAY)
    recording.refresh_from_db()
    assert (recording.state, recording.tries) == ("failed", MOST_TRIES)
    assert "given up after 12 tries" in recording.problem


def test_a_link_into_our_own_network_is_refused_at_once(office: m.Source) -> None:
    with provider((200, sound())) as host:
        recording = awaited(office, host)
        fetch_due(NOW)
        recording.refresh_from_db()
        assert (recording.state, len(Far.answers)) == ("failed", 1)
        assert "internal network" in recording.problem


def test_a_call_whose_recording_is_replaced_by_no_sound_has_none(office: m.Source) -> None:
    of = call(office, "170000.1")
    keep(office, "170000.1.wav")
    link_recordings(office.workspace, NOW)
    of.refresh_from_db()
    assert of.recorded
    keep(office, "170000.1.wav", b"no sound")
    of.refresh_from_db()
    assert not of.recorded


def test_a_recording_whose_call_is_told_needs_no_look_at_all_records(
    office: m.Source,
) -> None:
    of = call(office, "170000.1")
    kept = keep(office, "x.wav")
    m.Recording.objects.filter(pk=kept.pk).update(native_call_id="170000.1")
    with CaptureQueriesContext(connection) as asked:
        link_recordings(office.workspace, NOW)
    kept.refresh_from_db()
    assert kept.call == of
    assert not [
        each for each in asked if "ledger_record" in each["sql"] and "ledger_recording" not in each["sql"]
    ]
