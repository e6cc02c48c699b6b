"""Facts as lines of JSON."""

from __future__ import annotations

import io
import json

import pytest

from callwitness.audio.heard import Heard, Span
from callwitness.services.listening.results import json_line, write


def test_a_line_is_the_contract_in_its_order() -> None:
    heard = Heard(
        "а/б.wav", "answered", 37.24, None, 0.97, "m", 40.0, "mono", [Span(0, 40, "speech")], ["k1"]
    )
    assert json_line(heard) == (
        '{"file": "а/б.wav", "status": "answered", "human_voice_s": 37.24, "connect_s": null, "confidence": 0.97, '
        '"method": "m", "duration_s": 40.0, "channels": "mono", "spans": [[0, 40, "speech"]], "known": ["k1"], '
        '"silence": null, "problem": null}'
    )


def test_any_text_stays_one_line_of_utf_8() -> None:
    stream = io.StringIO()
    write(Heard("a\nb\u2028.wav", "unreadable", problem='no "sound"\udcff'), stream)
    text = stream.getvalue()
    assert len(text.splitlines()) == 1
    told = json.loads(text.encode("utf-8"))
    assert (told["file"], told["problem"]) == ("a\nb\u2028.wav", 'no "sound"\udcff')


def test_what_is_no_number_is_never_written() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        json_line(Heard("a", "nobody", confidence=float("nan")))
