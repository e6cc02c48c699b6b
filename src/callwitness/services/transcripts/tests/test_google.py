"""Google Cloud Speech-to-Text v2: what it is asked, by which proof, and what its answers come to."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import replace
from urllib.parse import parse_qs

import numpy as np
import pytest
import soundfile
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from callwitness.audio.words.engine import RATE, EngineFailed
from callwitness.audio.words.transcript import Word
from callwitness.domain.errors import UsageError
from callwitness.services.transcripts.engines.exchange import Patience
from callwitness.services.transcripts.engines.google import Google
from callwitness.services.transcripts.engines.google_account import Account
from callwitness.services.transcripts.engines.registry import EngineOptions, make_engine
from callwitness.services.transcripts.tests.conftest import Answer, Service

KEY = "AIza-invented"
SOUND = np.zeros(6 * RATE, np.float32)


def engine(service: Service, key: str = KEY, project: str = "acme-calls") -> Google:
    options = EngineOptions(url=f"http://{service.host}", key=key, project=project, allowed={service.host})
    made = make_engine("google", options)
    assert isinstance(made, Google)
    return replace(made, patience=Patience(pause=lambda _s: None))


def test_the_question_is_as_documented(service: Service) -> None:
    service.says("google.json")
    engine(service).transcribe(SOUND, "uk")
    (asked,) = service.asked
    assert asked.path == "/v2/projects/acme-calls/locations/global/recognizers/_:recognize"
    assert asked.headers["X-Goog-Api-Key"] == KEY
    question = json.loads(asked.body)
    assert question["config"] == {
        "autoDecodingConfig": {}, "languageCodes": ["uk-UA"], "model": "long",
        "features": {"enableWordTimeOffsets": True, "enableAutomaticPunctuation": True},
    }  # fmt: skip
    sound, rate = soundfile.read(io.BytesIO(base64.b64decode(question["content"])))
    assert (len(sound), rate) == (6 * RATE, RATE)


def test_results_become_segments_and_offsets_seconds(service: Service) -> None:
    service.says("google.json")
    first, second = engine(service).transcribe(SOUND, "ru")
    assert (first.start_s, first.end_s, first.text) == (0.0, 1.2, "Добрый день")
    assert first.words == (Word(0.0, 0.6, "Добрый"), Word(0.6, 1.2, "день"))
    assert first.logprob == pytest.approx(-0.0943, abs=1e-4)
    assert (second.start_s, second.end_s, second.text, second.logprob) == (2.0, 3.0, "слушаю вас", None)


def test_nothing_said_is_an_empty_answer(service: Service) -> None:
    service.answers = [Answer(body=b'{"metadata": {"totalBilledDuration": "6s"}}')]
    assert engine(service).transcribe(SOUND, "ru") == []


def test_a_region_has_its_own_address() -> None:
    made = make_engine("google", EngineOptions(key=KEY, project="acme-calls/europe-west4"))
    assert isinstance(made, Google)
    assert made.address == (
        "https://europe-west4-speech.googleapis.com/v2/projects/acme-calls/locations/europe-west4/recognizers/_:recognize"
    )


def test_a_service_account_gets_a_token_once_an_hour(service: Service) -> None:
    private = rsa.generate_private_key(65537, 2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    told = json.dumps(
        {"client_email": "w@acme.example", "private_key": pem.decode(), "token_uri": "http://evil"}
    )
    made = engine(service, key=told)
    assert isinstance(made.account, Account)
    now = 1_700_000_000.0
    made.account.tokens, made.account.allowed = f"http://{service.host}/token", (service.host,)
    made.account.clock = lambda: now
    token = Answer(body=b'{"access_token": "ya29.invented", "expires_in": 3599, "token_type": "Bearer"}')
    silence = Answer(body=b"{}")
    service.answers = [token, silence, silence, token, silence]
    made.transcribe(SOUND, "ru")
    made.transcribe(SOUND, "ru")
    now += 3500
    made.transcribe(SOUND, "ru")
    assert [asked.path.rpartition("/")[2] for asked in service.asked] == [
        "token", "_:recognize", "_:recognize", "token", "_:recognize",
    ]  # fmt: skip
    assert service.asked[1].headers["Authorization"] == "Bearer ya29.invented"
    form = parse_qs(service.asked[0].body.decode())
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    signed, _, signature = form["assertion"][0].rpartition(".")
    head, claims = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in signed.split("."))
    assert head == {"alg": "RS256", "typ": "JWT"}
    assert (claims["iss"], claims["aud"]) == ("w@acme.example", "https://oauth2.googleapis.com/token")
    assert claims["exp"] - claims["iat"] == 3600
    private.public_key().verify(
        base64.urlsafe_b64decode(signature + "=="), signed.encode(), padding.PKCS1v15(), hashes.SHA256()
    )


def test_a_refusal_is_a_sentence(service: Service) -> None:
    service.answers = [service.refuses(400, "Invalid recognizer model.")]
    with pytest.raises(EngineFailed, match="answers 400: Invalid recognizer model"):
        engine(service).transcribe(SOUND, "ru")


@pytest.mark.parametrize(
    "results",
    [
        [{"alternatives": [{"transcript": "x", "words": [{"startOffset": "soon", "word": "x"}]}]}],
        [{"alternatives": [{"transcript": 5}]}],
        [{"alternatives": {"transcript": "x"}}],
        "none",
    ],
)
def test_answers_of_another_shape_are_a_sentence(service: Service, results: object) -> None:
    service.answers = [Answer(body=json.dumps({"results": results}).encode())]
    with pytest.raises(EngineFailed, match="the service answers"):
        engine(service).transcribe(SOUND, "ru")


@pytest.mark.parametrize(
    ("key", "project", "sentence"),
    [
        ("", "acme-calls", "needs a key"),
        (KEY, "", "needs its project"),
        (KEY, "acme/../other", "needs its project"),
        (KEY, "acme?x=1", "needs its project"),
        ('{"client_email": "w@acme.example"}', "acme-calls", "JSON of a service account"),
        (
            '{"client_email": "w@acme.example", "private_key": "none"}',
            "acme-calls",
            "JSON of a service account",
        ),
        ("{" * 5, "acme-calls", "JSON of a service account"),
    ],
)
def test_what_is_missing_is_told(key: str, project: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        make_engine("google", EngineOptions(key=key, project=project))
