"""The worker's part: gives the scribe what waits, and writes down what it read. Never waits for it."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from callwitness.audio.heard import Heard
from callwitness.audio.words.transcript import Transcript, segment_rows
from callwitness.domain.errors import UsageError
from callwitness.ledger import models as m
from callwitness.ledger.store import StoreError
from callwitness.services.arrivals.evidence_store import evidence_store
from callwitness.services.transcripts.engines.registry import EngineOptions
from callwitness.services.transcripts.keys import unlocked
from callwitness.services.transcripts.reading import heard_of
from callwitness.services.transcripts.scribe import Failed, Scribe, Sheet

MOST_TRIES: Final = 8
IDLE_MS: Final = 20_000
"""How soon it looks again when nothing waited."""
_FIRST_PAUSE_MS: Final = 60_000
_LONGEST_PAUSE_MS: Final = 6 * 3_600_000
_UNUSABLE_MS: Final = 300_000
"""How long an engine that cannot be made is left alone."""
_log: Final = logging.getLogger("callwitness.transcripts")


@dataclass(slots=True)
class _Work:
    """What is being read; the file stays within reach until it is done."""

    recording: m.Recording
    speech: m.SpeechEngine
    files: ExitStack


@dataclass(slots=True)
class TranscriptJob:
    """One call a look: begins what waits, or takes what is done."""

    scribe: Scribe = field(default_factory=Scribe)
    _work: _Work | None = None
    _idle_until: int = 0
    _unusable: dict[int, int] = field(default_factory=dict)

    def __call__(self, now: int) -> bool:
        """Whether something was written down. now: ms UTC."""
        if self._work is None:
            if now >= self._idle_until:
                self._begin(now)
            return False
        result = self.scribe.look()
        if result is None:
            return False
        work, self._work = self._work, None
        work.files.close()
        self._take(work, result, now)
        self._begin(now)
        return True

    def _begin(self, now: int) -> None:
        blocked = [workspace for workspace, until in self._unusable.items() if until > now]
        recording = next_recording(now, blocked)
        if recording is None:
            self._idle_until = now + IDLE_MS
            self.scribe.rest()
            return
        speech = m.SpeechEngine.objects.get(workspace=recording.source.workspace_id)
        files = ExitStack()
        try:
            options = options_of(speech)
            path = files.enter_context(evidence_store().path(recording.sha256))
            sheet = Sheet(path, _heard(recording), speech.engine, options, speech.language)
        except UsageError as problem:
            self._no_engine(speech, str(problem), now)
            return
        except StoreError as problem:
            _keep_failure(recording, speech, str(problem), now, again=True)
            return
        self._work = _Work(recording, speech, files)
        self.scribe.begin(sheet)

    def _take(self, work: _Work, result: Transcript | Failed, now: int) -> None:
        if isinstance(result, Transcript):
            _keep(work.recording, work.speech, result, now)
            return
        if result.broke:
            _log.error("a transcript failed: %s", result.broke)
        if result.unusable:
            self._no_engine(work.speech, result.sentence, now)
        else:
            _keep_failure(work.recording, work.speech, result.sentence, now, again=result.again)

    def _no_engine(self, speech: m.SpeechEngine, problem: str, now: int) -> None:
        """The recordings wait, the owner reads why."""
        _log.warning("no transcripts: %s", problem, extra={"workspace": speech.workspace_id})
        self._unusable[speech.workspace_id] = now + _UNUSABLE_MS
        _tell(speech, problem)


def next_recording(now: int, blocked: list[int]) -> m.Recording | None:
    """The newest recording that was heard and has no transcript of these bytes; blocked: workspaces left alone."""
    done = m.Transcript.objects.filter(recording=OuterRef("pk"), sha256=OuterRef("sha256")).exclude(
        Q(state=m.Transcript.WAITING) & Q(next_try_at__lte=now)
    )
    speaking = m.SpeechEngine.objects.exclude(engine="").exclude(workspace__in=blocked)
    heard = m.Recording.objects.filter(
        state=m.Recording.KEPT,
        hearing__sha256=F("sha256"),
        source__workspace__speech__in=speaking,
        arrived_at__gte=F("source__workspace__speech__since"),
    ).exclude(hearing__status="unreadable")
    waiting = heard.filter(~Exists(done)).select_related("hearing", "source__workspace")
    return waiting.order_by("-arrived_at", "-id").first()


def options_of(speech: m.SpeechEngine) -> EngineOptions:
    """What the engine of a workspace is made with; the model on this machine is the server's matter. Raises ``UsageError``."""
    server = settings.SERVER
    model = server.whisper_model if speech.engine == "whisper" else speech.model
    if speech.engine == "whisper" and not model:
        raise UsageError("this server has no Whisper model: CALLWITNESS_WHISPER_MODEL names none")
    return EngineOptions(
        model, speech.url, speech.project, unlocked(speech.key), beam=1, allowed=server.speech_hosts
    )


def _heard(recording: m.Recording) -> Heard:
    hearing = recording.hearing
    return heard_of(
        {
            "file": recording.name,
            "status": hearing.status,
            "duration_s": hearing.duration_s,
            "channels": hearing.channels or None,
            "spans": hearing.spans,
        }
    )


def _keep(recording: m.Recording, speech: m.SpeechEngine, told: Transcript, now: int) -> None:
    _write(
        recording,
        speech,
        now,
        state=m.Transcript.WRITTEN,
        engine=told.engine[:200],
        segments=segment_rows(told.segments),
        tries=0,
        next_try_at=None,
    )
    _tell(speech, "")


def _keep_failure(
    recording: m.Recording, speech: m.SpeechEngine, problem: str, now: int, *, again: bool
) -> None:
    """Tried again after a pause that doubles, as long as that may help."""
    before = m.Transcript.objects.filter(recording=recording, sha256=recording.sha256).first()
    tries = (before.tries if before else 0) + 1
    again = again and tries < MOST_TRIES
    pause = min(_FIRST_PAUSE_MS << (tries - 1), _LONGEST_PAUSE_MS)
    _write(
        recording,
        speech,
        now,
        state=m.Transcript.WAITING if again else m.Transcript.FAILED,
        engine=speech.engine,
        segments=[],
        problem=problem[:1000],
        tries=tries,
        next_try_at=now + pause if again else None,
    )
    _tell(speech, problem)


def _write(recording: m.Recording, speech: m.SpeechEngine, now: int, **columns: object) -> None:
    """Unless the recording went, or became another one, while it was read, or nobody wants its text by this engine any more."""
    with transaction.atomic():
        wanted = m.SpeechEngine.objects.filter(pk=speech.pk, engine=speech.engine).exists()
        if wanted and m.Recording.objects.filter(pk=recording.pk, sha256=recording.sha256).exists():
            whole = {
                "sha256": recording.sha256,
                "language": speech.language,
                "written_at": now,
                "problem": "",
            }
            m.Transcript.objects.update_or_create(recording=recording, defaults=whole | columns)


def _tell(speech: m.SpeechEngine, problem: str) -> None:
    m.SpeechEngine.objects.filter(pk=speech.pk).exclude(problem=problem).update(problem=problem[:1000])
