"""OpenAI-compatible services: what they are asked, and what their answers come to."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from callwitness.audio.words.engine import RATE, EngineFailed, EngineRefused, Said
from callwitness.audio.words.transcript import Word
from callwitness.domain.errors import UsageError
from callwitness.services.transcripts.engines.exchange import Patience
from callwitness.services.transcripts.engines.openai import OpenAI
from callwitness.services.transcripts.engines.registry import EngineOptions, make_engine
from callwitness.services.transcripts.tests.conftest import Answer, Service

KEY = "sk-invented-0123456789"
SOUND = (np.sin(np.arange(5 * RATE) / 20) / 2).astype(np.float32)


def engine(service: Service, key: str = KEY, url: str = "", model: str = "") -> OpenAI:
    options = EngineOptions(model, url or service.url, key=key, allowed={service.host})
    made = make_engine("openai", options)
    assert isinstance(made, OpenAI)
    return replace(made, patience=Patience(pause=lambda _s: None))


def test_the_question_is_as_documented(service: Service) -> None:
    service.says("openai_verbose.json")
    engine(service, model="whisper-1").transcribe(SOUND, "en")
    (asked,) = service.asked
    assert asked.path == "/v1/audio/transcriptions"
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    boundary = asked.headers["Content-Type"].partition("boundary=")[2].encode()
    *parts, last = asked.body.split(b"--" + boundary)
    assert last == b"--\r\n"
    fields = [re.search(rb'name="([^"]+)".*?\r\n\r\n(.*)\r\n', part, re.DOTALL) for part in parts[1:]]
    told = [(found[1].decode(), found[2]) for found in fields if found]
    assert told[:-1] == [
        ("model", b"whisper-1"), ("language", b"en"), ("response_format", b"verbose_json"), ("temperature", b"0"),
        ("timestamp_granularities[]", b"segment"), ("timestamp_granularities[]", b"word"),
    ]  # fmt: skip
    assert b'filename="speech.wav"' in parts[-1]
    sound, rate = soundfile.read(io.BytesIO(told[-1][1]), dtype="float32")
    assert rate == RATE
    assert np.abs(sound - SOUND).max() < 1e-4


def test_words_beside_segments_are_laid_into_them(service: Service) -> None:
    service.says("openai_verbose.json")
    first, second, third = engine(service).transcribe(SOUND, "en")
    assert first == Said(
        0.0, 1.9, " Good morning, Acme.",
        (Word(0.0, 0.4, "Good"), Word(0.4, 0.9, "morning"), Word(1.2, 1.9, "Acme")), 0.01, -0.21, 0.92,
    )  # fmt: skip
    assert [word.text for word in second.words] == ["How", "can", "I", "help"]
    assert (third.no_speech, third.logprob) == (0.88, -1.3)


def test_words_inside_segments_are_read_as_well(service: Service) -> None:
    service.says("own_server.json")
    (said,) = engine(service, key="").transcribe(SOUND, "ru")
    assert [word.text for word in said.words] == [" Слушаю", " вас"]
    assert "Authorization" not in service.asked[0].headers


def test_a_text_alone_is_one_segment(service: Service) -> None:
    service.answers = [Answer(body=b'{"text": "Good morning."}')]
    assert engine(service).transcribe(SOUND, "en") == [Said(0.0, 5.0, "Good morning.")]


def test_an_address_may_be_given_whole(service: Service) -> None:
    service.says("own_server.json")
    engine(service, url=f"{service.url}/audio/transcriptions").transcribe(SOUND, "ru")
    assert service.asked[0].path == "/v1/audio/transcriptions"


def test_who_is_busy_is_asked_again_and_how_long_he_says(service: Service) -> None:
    pauses: list[float] = []
    good = Answer(body=b'{"text": "yes"}')
    service.answers = [service.refuses(429, "slow down", {"Retry-After": "7"}), service.refuses(503), good]
    patient = replace(engine(service), patience=Patience(pause=pauses.append))
    assert [said.text for said in patient.transcribe(SOUND, "en")] == ["yes"]
    assert pauses[0] == 7
    assert 1.5 < pauses[1] < 2.5


def test_who_stays_busy_fails_for_now(service: Service) -> None:
    service.answers = [service.refuses(429, "Rate limit reached")]
    with pytest.raises(EngineFailed, match="answers 429: Rate limit reached, also at try 4") as failed:
        engine(service).transcribe(SOUND, "en")
    assert failed.value.again
    assert len(service.asked) == 4


def test_a_refused_key_is_told_without_it(service: Service) -> None:
    service.answers = [service.refuses(401, f"Incorrect API key provided: {KEY}")]
    with pytest.raises(EngineFailed, match=r"does not accept the key \(401\)") as failed:
        engine(service).transcribe(SOUND, "en")
    assert KEY not in str(failed.value)
    assert not failed.value.again
    assert len(service.asked) == 1


def test_a_key_that_no_header_can_carry_is_not_told(service: Service) -> None:
    with pytest.raises(EngineFailed, match="not written as such") as failed:
        engine(service, key="sk-first\r\nX-Evil: 1").transcribe(SOUND, "en")
    assert "sk-first" not in str(failed.value)
    assert service.asked == []


def test_the_key_stands_in_no_representation(service: Service) -> None:
    assert KEY not in repr(engine(service))


def test_what_the_question_lacks_is_told(service: Service) -> None:
    service.answers = [service.refuses(400, "model 'none'\n does not exist")]
    with pytest.raises(EngineFailed, match="answers 400: model 'none' does not exist"):
        engine(service).transcribe(SOUND, "en")


def test_nobody_is_followed_elsewhere(service: Service) -> None:
    service.answers = [Answer(307, b"", {"Location": f"http://{service.host}/other"})]
    with pytest.raises(EngineFailed, match="leads elsewhere"):
        engine(service).transcribe(SOUND, "en")
    assert len(service.asked) == 1


def test_voices_do_not_go_outside_unencrypted(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callwitness.services.recordings.fetching.is_public", lambda _address: True)
    outside = replace(engine(service), options=EngineOptions(url=service.url, key=KEY))
    with pytest.raises(EngineRefused, match="by https alone"):
        outside.transcribe(SOUND, "en")
    assert service.asked == []


def test_our_own_network_is_not_reached_unless_it_is_allowed(service: Service) -> None:
    stranger = replace(engine(service), options=EngineOptions(url=service.url))
    with pytest.raises(EngineFailed, match="internal network"):
        stranger.transcribe(SOUND, "en")
    assert service.asked == []


def test_an_answer_without_end_is_given_up(service: Service) -> None:
    service.answers = [Answer(body=b'{"text": ', slow=True)]
    hasty = replace(engine(service), patience=Patience(seconds=0.3, tries=2, pause=lambda _s: None))
    with pytest.raises(EngineFailed, match="took longer") as failed:
        hasty.transcribe(SOUND, "en")
    assert failed.value.again


def test_an_answer_too_large_is_refused(service: Service) -> None:
    service.answers = [Answer(body=b" " * (2 << 20))]
    small = replace(engine(service), patience=Patience(size=1 << 20, pause=lambda _s: None))
    with pytest.raises(EngineFailed, match="more than 1 MB"):
        small.transcribe(SOUND, "en")


def test_nobody_there_fails_for_now(service: Service) -> None:
    nobody = replace(engine(service), options=EngineOptions(url="http://127.0.0.1:9", allowed={"127.0.0.1"}))
    with pytest.raises(EngineFailed, match="cannot be reached") as failed:
        nobody.transcribe(SOUND, "en")
    assert failed.value.again


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", b"[]", b"{}", b'{"segments": 5}', b'{"segments": ["text"]}', b"[" * 100_000,
        b'{"segments": [{"start": "now", "text": "x"}]}', b'{"segments": [{"start": NaN, "text": "x"}]}',
        b'{"segments": [{"start": 0, "end": 1, "text": {"a": 1}}]}', b'{"text": null, "segments": [{"text": true}]}',
        json.dumps({"segments": [{"text": "x"}] * 6000}).encode(), json.dumps({"text": "x" * 30_000}).encode(),
    ],
)  # fmt: skip
def test_answers_of_another_shape_are_a_sentence(service: Service, body: bytes) -> None:
    service.answers = [Answer(body=body)]
    with pytest.raises(EngineFailed, match="the service answers"):
        engine(service).transcribe(SOUND, "en")


def test_openai_itself_needs_a_key() -> None:
    with pytest.raises(UsageError, match="needs a key"):
        make_engine("openai", EngineOptions())
