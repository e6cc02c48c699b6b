"""Google Cloud Speech-to-Text v2: ``recognizers/_:recognize`` with the sound in the question, by REST.

A question holds at most a minute and 10 MB, which a chunk never reaches. The key is an API key, or the JSON of a
service account: from that a token is asked for, which is good for an hour.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from callwitness.audio.words.engine import RATE, EngineFailed, Said, Samples
from callwitness.audio.words.transcript import Word
from callwitness.domain.errors import UsageError
from callwitness.services.transcripts.engines.exchange import Patience, Post, ask
from callwitness.services.transcripts.engines.google_account import Account
from callwitness.services.transcripts.engines.registry import LANGUAGES, EngineOptions
from callwitness.services.transcripts.engines.shapes import number, rows, text, wav

MODEL: Final = "long"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9:.-]{1,62}")
_PLACE: Final = re.compile(r"[a-z0-9-]{2,30}")
_SECONDS: Final = re.compile(r"(\d{1,7}(?:\.\d{1,9})?)s")


@dataclass(frozen=True, slots=True)
class Google:
    """An engine of one project. account: None where the key is an API key."""

    options: EngineOptions
    address: str
    account: Account | None
    patience: Patience = field(default_factory=Patience)

    @property
    def name(self) -> str:
        return f"google v2 {self.options.model or MODEL}"

    def transcribe(self, samples: Samples, language: str) -> Sequence[Said]:
        question = {
            "config": {
                "autoDecodingConfig": {},
                "languageCodes": [LANGUAGES.get(language, language)],
                "model": self.options.model or MODEL,
                "features": {"enableWordTimeOffsets": True, "enableAutomaticPunctuation": True},
            },
            "content": base64.b64encode(wav(samples)).decode(),
        }
        headers = {"Content-Type": "application/json", **self._proof()}
        post = Post(self.address, json.dumps(question).encode(), headers, self.options.allowed)
        return _said(ask(post, self.patience), len(samples) / RATE)

    def _proof(self) -> dict[str, str]:
        if self.account is None:
            return {"X-Goog-Api-Key": self.options.key}
        return {"Authorization": f"Bearer {self.account.token(self.patience)}"}


def make(options: EngineOptions) -> Google:
    """Raises ``UsageError``: what is missing, or not written as Google writes it."""
    project, _, place = options.project.partition("/")
    place = place or "global"
    if not options.key:
        raise UsageError("the engine google needs a key: an API key or the JSON of a service account")
    if not _NAME.fullmatch(project) or not _PLACE.fullmatch(place):
        raise UsageError("the engine google needs its project, as my-project or my-project/europe-west4")
    host = "speech.googleapis.com" if place == "global" else f"{place}-speech.googleapis.com"
    base = (options.url or f"https://{host}").rstrip("/")
    address = f"{base}/v2/projects/{project}/locations/{place}/recognizers/_:recognize"
    account = Account.read(options.key) if options.key.lstrip().startswith("{") else None
    return Google(options, address, account)


def _said(answer: Mapping[str, Any], duration_s: float) -> list[Said]:
    return [said for result in rows(answer, "results") if (said := _result(result, duration_s))]


def _result(result: Mapping[str, Any], duration_s: float) -> Said | None:
    """The best alternative; None for a result without one, which marks silence. Offsets of zero are left out by Google."""
    best = next(iter(rows(result, "alternatives")), None)
    if best is None or not text(best, "transcript").strip():
        return None
    words = tuple(
        Word(start, max(start, _offset(row, "endOffset") or start), text(row, "word"))
        for row in rows(best, "words")
        for start in (_offset(row, "startOffset") or 0.0,)
    )
    end = _offset(result, "resultEndOffset")
    confidence = number(best, "confidence") or 0.0
    return Said(
        words[0].start_s if words else 0.0,
        words[-1].end_s if words else end or duration_s,
        text(best, "transcript").strip(),
        words,
        logprob=math.log(confidence) if 0 < confidence <= 1 else None,
    )


def _offset(row: Mapping[str, Any], name: str) -> float | None:
    """Seconds of "1.200s", None when missing."""
    told = text(row, name)
    found = _SECONDS.fullmatch(told)
    if told and found is None:
        raise EngineFailed(f"the service answers a {name} that is no duration")
    return float(found[1]) if found else None
