"""What was heard in recordings, what people said about it, and the pieces that a line plays again and again."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db import models

from callwitness.ledger.models.recording import Recording
from callwitness.ledger.models.workspace import Workspace

VOICE: Final = "voice"
NOBODY: Final = "nobody"
PERSON: Final = "person"
"""The method of a moment that a person decided."""
STATUSES: Final = tuple((code, code) for code in ("answered", "nobody", "unsure", "unreadable"))


class Hearing(models.Model):
    """Facts of one recording, as ``audio.heard.Heard`` has them, and the decision of a person that overrules them.

    sha256: of the bytes that were heard; line: whose library helped; taught: recordings of the line known by then.
    live_s: how long anybody speaks live. known: pieces of the line in it, [ident, from, to in seconds]. decided: '' | voice (at ``decided_s``) | nobody.
    """

    recording = models.OneToOneField(Recording, models.CASCADE, primary_key=True, related_name="hearing")
    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False)
    line = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    status = models.CharField(max_length=10, choices=STATUSES)
    human_voice_s = models.FloatField(null=True)
    connect_s = models.FloatField(null=True)
    confidence = models.FloatField(default=0.0)
    method = models.CharField(max_length=60)
    duration_s = models.FloatField(default=0.0)
    live_s = models.FloatField(default=0.0)
    channels = models.CharField(max_length=10, blank=True, default="")
    spans = models.JSONField(default=list)
    candidates = models.JSONField(default=list)
    known = models.JSONField(default=list)
    silence = models.CharField(max_length=4, blank=True, default="")
    problem = models.TextField(blank=True, default="")
    heard_at = models.BigIntegerField()
    taught = models.IntegerField(default=0)
    decided = models.CharField(max_length=6, blank=True, default="")
    decided_s = models.FloatField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_at = models.BigIntegerField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["workspace", "line"], name="hearing_line"),
            models.Index(fields=["workspace", "status", "confidence"], name="hearing_doubt"),
        )

    def __str__(self) -> str:
        return f"{self.recording_id}: {self.answer}"

    @property
    def answer(self) -> str:
        """answered | nobody | unsure | unreadable, a person's word first."""
        if self.decided:
            return "answered" if self.decided == VOICE else "nobody"
        return self.status

    @property
    def voice_s(self) -> float | None:
        """Seconds from the start of the file to the first live word, a person's word first; None = nobody."""
        return self.decided_s if self.decided else self.human_voice_s

    @property
    def sureness(self) -> float:
        """Probability that this is right; a person is believed."""
        return 1.0 if self.decided else self.confidence

    @property
    def known_by(self) -> str:
        """The method and its version, or ``person``."""
        return PERSON if self.decided else self.method


class HearingDecision(models.Model):
    """Somebody said what is heard in a recording; never edited.

    action: voice (at ``begin_s``) | nobody | undo | recorded, greeting, live (the stretch ``begin_s..end_s``).
    sha256: of the bytes that were heard.
    """

    RECORDED, GREETING, LIVE, UNDO = "recorded", "greeting", "live", "undo"

    recording = models.ForeignKey(Recording, models.CASCADE, related_name="decisions")
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.BigIntegerField()
    action = models.CharField(max_length=8)
    begin_s = models.FloatField(null=True)
    end_s = models.FloatField(null=True)

    def __str__(self) -> str:
        return f"{self.action} {self.recording_id}"


class Piece(models.Model):
    """A prompt or tune that a line plays in several recordings, as its library on the disk knows it.

    ident: the library's own id; line: as of Hearing. What people say (name, counts_as_answer, forgotten) is ``told``
    once the library knows of it.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False)
    line = models.CharField(max_length=120)
    ident = models.CharField(max_length=64)
    name = models.CharField(max_length=120, blank=True, default="")
    kind = models.CharField(max_length=12)
    duration_s = models.FloatField()
    heard_in = models.IntegerField()
    first_heard = models.DateField(null=True)
    last_heard = models.DateField(null=True)
    counts_as_answer = models.BooleanField(default=False)
    forgotten = models.BooleanField(default=False)
    told = models.BooleanField(default=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["workspace", "line", "ident"], name="piece_once"),)
        indexes = (models.Index(fields=["told"], name="piece_told"),)

    def __str__(self) -> str:
        return self.name or self.ident
