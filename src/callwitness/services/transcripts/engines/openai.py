"""Any service with OpenAI's address ``/v1/audio/transcriptions``: OpenAI itself, or a Whisper server of your own.

Asked for ``verbose_json`` with times of segments and words. OpenAI gives words beside the segments, other servers inside
them; both are read. A service that answers with a text alone gives one segment.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from callwitness.audio.words.engine import RATE, EngineFailed, Said, Samples
from callwitness.audio.words.transcript import Word
from callwitness.domain.errors import UsageError
from callwitness.services.transcripts.engines.exchange import Patience, Post, ask
from callwitness.services.transcripts.engines.registry import EngineOptions
from callwitness.services.transcripts.engines.shapes import number, rows, text, wav

URL: Final = "https://api.openai.com/v1"
MODEL: Final = "whisper-1"
_PATH: Final = "/audio/transcriptions"


@dataclass(frozen=True, slots=True)
class OpenAI:
    """An engine behind an OpenAI-compatible address."""

    options: EngineOptions
    patience: Patience = field(default_factory=Patience)

    @property
    def name(self) -> str:
        return f"openai {self.options.model or MODEL}"

    def transcribe(self, samples: Samples, language: str) -> Sequence[Said]:
        fields = (
            ("model", self.options.model or MODEL),
            ("language", language),
            ("response_format", "verbose_json"),
            ("temperature", "0"),
            ("timestamp_granularities[]", "segment"),
            ("timestamp_granularities[]", "word"),
        )
        boundary = secrets.token_hex(16)
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        if self.options.key:
            headers["Authorization"] = f"Bearer {self.options.key}"
        url = (self.options.url or URL).rstrip("/").removesuffix(_PATH) + _PATH
        post = Post(url, _form(boundary, fields, wav(samples)), headers, self.options.allowed)
        return _said(ask(post, self.patience), len(samples) / RATE)


def make(options: EngineOptions) -> OpenAI:
    """Raises ``UsageError`` when OpenAI itself is meant and there is no key."""
    if not options.url and not options.key:
        raise UsageError("the engine openai needs a key, or the address of a server that asks for none")
    return OpenAI(options)


def _form(boundary: str, fields: Sequence[tuple[str, str]], sound: bytes) -> bytes:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields
    ]
    file = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="speech.wav"\r\n'
    return b"".join(
        [*parts, f"{file}Content-Type: audio/wav\r\n\r\n".encode(), sound, f"\r\n--{boundary}--\r\n".encode()]
    )


def _said(answer: Mapping[str, Any], duration_s: float) -> list[Said]:
    if "segments" not in answer and "text" not in answer:
        raise EngineFailed("the service answers neither segments nor a text")
    words = [_word(row) for row in rows(answer, "words")]
    found = [_segment(row, words, duration_s) for row in rows(answer, "segments")]
    if not found and (whole := text(answer, "text").strip()):
        return [Said(0.0, duration_s, whole, tuple(words))]
    return found


def _segment(row: Mapping[str, Any], words: Sequence[Word], duration_s: float) -> Said:
    start, end = number(row, "start") or 0.0, number(row, "end")
    end = duration_s if end is None else end
    own = [_word(each) for each in rows(row, "words")]
    return Said(
        start,
        end,
        text(row, "text"),
        tuple(own or (word for word in words if start <= (word.start_s + word.end_s) / 2 < end)),
        no_speech=number(row, "no_speech_prob"),
        logprob=number(row, "avg_logprob"),
        compression=number(row, "compression_ratio"),
    )


def _word(row: Mapping[str, Any]) -> Word:
    start = number(row, "start") or 0.0
    return Word(start, max(start, number(row, "end") or 0.0), text(row, "word"))
