"""Settings of speech to text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callwitness.ledger import models as m
from callwitness.services.transcripts.keys import unlocked
from callwitness.web.ui.cast import Cast

KEY = "sk-invented-key"
GIVEN = {"engine": "openai", "language": "ru", "model": "", "url": "", "project": "", "key": KEY}


def save(cast: Cast, **changes: str) -> str:
    answer = cast.olga.client.post(cast.url("settings/speech/"), GIVEN | changes, follow=True)
    return answer.content.decode()


def kept(cast: Cast) -> m.SpeechEngine:
    return m.SpeechEngine.objects.get(workspace=cast.workspace)


def test_it_is_off_until_somebody_chooses(cast: Cast) -> None:
    page = cast.olga.client.get(cast.url("settings/speech/")).content.decode()
    assert "nothing leaves this server" in page
    assert not m.SpeechEngine.objects.exists()


def test_only_the_owner_chooses(cast: Cast) -> None:
    for who in ("maxim", "ivanna", "marta", "roman", "andriy", "stefan"):
        assert cast.people[who].client.get(cast.url("settings/speech/")).status_code == 404
        assert cast.people[who].client.post(cast.url("settings/speech/"), GIVEN).status_code == 404
    assert not m.SpeechEngine.objects.exists()


def test_a_key_is_kept_encrypted_and_never_shown(cast: Cast) -> None:
    assert KEY not in save(cast)
    assert KEY not in kept(cast).key
    assert unlocked(kept(cast).key) == KEY
    assert KEY not in cast.olga.client.get(cast.url("settings/speech/")).content.decode()
    noted = m.Audit.objects.get(action="speech.change")
    assert noted.what == "engine, language, key"
    assert KEY not in str(noted.details)


def test_an_empty_key_leaves_the_kept_one_and_a_tick_forgets_it(cast: Cast) -> None:
    save(cast)
    save(cast, key="", model="whisper-large")
    assert (unlocked(kept(cast).key), kept(cast).model) == (KEY, "whisper-large")
    assert "needs a key" in save(cast, key="", drop_key="on")
    save(cast, key="", drop_key="on", engine="")
    assert kept(cast).key == ""


@pytest.mark.parametrize(
    "changes",
    [{"url": "https://elsewhere.example/v1"}, {"engine": "google", "project": "acme"}, {"engine": ""}],
)
def test_a_key_never_follows_to_another_place(cast: Cast, changes: dict[str, str]) -> None:
    save(cast)
    page = save(cast, key="", **changes)
    assert "needs a key" in page or kept(cast).key == ""


def test_from_now_on_or_from_the_beginning(cast: Cast) -> None:
    save(cast)
    begun = kept(cast).since
    assert begun > cast.now
    save(cast, model="other")
    assert kept(cast).since == begun
    save(cast, earlier="on")
    assert kept(cast).since == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"key": ""}, "needs a key"),
        ({"engine": "google"}, "needs its project"),
        ({"engine": "google", "project": "acme", "key": '{"a": 1}'}, "JSON of a service account"),
        ({"engine": "none"}, "Select a valid choice"),
        ({"engine": "whisper"}, "has no Whisper model"),
        ({"url": "javascript:alert(1)"}, "valid URL"),
        ({"language": "xx"}, "Select a valid choice"),
    ],
)
def test_what_cannot_work_is_refused_with_a_sentence(
    cast: Cast, changes: dict[str, str], sentence: str
) -> None:
    assert sentence in save(cast, **changes)
    assert not m.SpeechEngine.objects.exists()


def test_whisper_can_be_chosen_where_the_server_has_a_model(cast: Cast, settings: Any) -> None:
    settings.SERVER = replace(settings.SERVER, whisper_model="a-model")
    save(cast, engine="whisper", key="")
    assert kept(cast).engine == "whisper"


def test_a_change_lets_failed_ones_be_tried_again(cast: Cast) -> None:
    recording = m.Recording.objects.create(
        source=cast.sources["exchange"], name="a.wav", sha256="0" * 64, arrived_at=1
    )
    m.Transcript.objects.create(
        recording=recording, sha256=recording.sha256, state="failed", language="en", written_at=1
    )
    save(cast)
    assert not m.Transcript.objects.exists()
