"""What was said in recordings, and the engine by which a workspace has it written down."""

from __future__ import annotations

from django.db import models

from callwitness.ledger.models.recording import Recording
from callwitness.ledger.models.workspace import Workspace


class SpeechEngine(models.Model):
    """How a workspace's recordings become text. engine: '' = not at all. since: only recordings that arrived from then on.

    key: encrypted (services.transcripts.keys), never shown again. problem: why the last recording gave no text, '' = it did.
    """

    workspace = models.OneToOneField(Workspace, models.CASCADE, primary_key=True, related_name="speech")
    engine = models.CharField(max_length=40, blank=True, default="")
    language = models.CharField(max_length=2, default="en")
    model = models.CharField(max_length=100, blank=True, default="")
    url = models.CharField(max_length=300, blank=True, default="")
    project = models.CharField(max_length=100, blank=True, default="")
    key = models.TextField(blank=True, default="")
    since = models.BigIntegerField(default=0)
    problem = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return self.engine


class Transcript(models.Model):
    """Words of one recording. sha256: of the bytes that were read; segments: as ``audio.words.transcript`` writes them.

    state: written | waiting (tried, to be tried again at ``next_try_at``) | failed (``problem`` says why).
    """

    WRITTEN, WAITING, FAILED = "written", "waiting", "failed"
    STATES = ((WRITTEN, "written"), (WAITING, "waiting"), (FAILED, "failed"))

    recording = models.OneToOneField(Recording, models.CASCADE, primary_key=True, related_name="transcript")
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=STATES)
    language = models.CharField(max_length=2)
    engine = models.CharField(max_length=200, blank=True, default="")
    segments = models.JSONField(default=list)
    problem = models.TextField(blank=True, default="")
    tries = models.IntegerField(default=0)
    next_try_at = models.BigIntegerField(null=True)
    written_at = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=["state", "next_try_at"], name="transcript_waiting"),)

    def __str__(self) -> str:
        return f"{self.recording_id}: {self.state}"
