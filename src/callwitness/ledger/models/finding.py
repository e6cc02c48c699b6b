"""Findings as derived, and what people noted about them."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from callwitness.ledger.models.call import Call
from callwitness.ledger.models.workspace import Workspace


class Finding(models.Model):
    """A disagreement or gap (domain.results.FINDINGS). key: content id that is the same after every derivation.

    at: when it happened (the call's start, or from_at). state is of people: open | seen | closed.
    """

    STATES = (("open", "open"), ("seen", "seen"), ("closed", "closed"))

    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False)
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=24)
    severity = models.CharField(max_length=8)
    bears = models.CharField(max_length=12)
    call = models.ForeignKey(Call, models.CASCADE, null=True, related_name="found")
    at = models.BigIntegerField()
    left_source = models.CharField(max_length=60)
    left_value = models.CharField(max_length=500)
    left_record = models.CharField(max_length=60)
    right_source = models.CharField(max_length=60)
    right_value = models.CharField(max_length=500)
    right_record = models.CharField(max_length=60)
    from_at = models.BigIntegerField(null=True)
    to_at = models.BigIntegerField(null=True)
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=STATES, default="open")
    first_seen_at = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["workspace", "key"], name="finding_key"),)
        indexes = (
            models.Index(fields=["workspace", "at"], name="finding_at"),
            models.Index(fields=["workspace", "kind", "at"], name="finding_kind"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class FindingNote(models.Model):
    """A person changed a finding's state or wrote about it. Kept by the finding's key, which outlives its row."""

    workspace = models.ForeignKey(Workspace, models.CASCADE)
    key = models.CharField(max_length=40, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.BigIntegerField()
    state = models.CharField(max_length=8)
    text = models.TextField(max_length=2000, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.key}: {self.state}"
