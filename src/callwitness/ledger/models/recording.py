"""Recordings of calls: the file in the evidence store and what is known about it."""

from __future__ import annotations

from django.db import models

from callwitness.ledger.models.call import Call
from callwitness.ledger.models.source import Source


class Recording(models.Model):
    """name: as records carry it. state: awaited (a link is known) | kept | failed. peaks: 0..100, about 400 values.

    to_hear: services.hearing is to listen to it, for the first time or again.
    """

    AWAITED, KEPT, FAILED = "awaited", "kept", "failed"
    STATES = ((AWAITED, "awaited"), (KEPT, "kept"), (FAILED, "failed"))

    source = models.ForeignKey(Source, models.CASCADE, related_name="recordings")
    call = models.ForeignKey(Call, models.SET_NULL, null=True, related_name="recordings")
    native_call_id = models.CharField(max_length=500, blank=True, default="")
    name = models.CharField(max_length=500)
    url = models.CharField(max_length=2000, blank=True, default="")
    sha256 = models.CharField(max_length=64, blank=True, default="")
    size = models.BigIntegerField(default=0)
    media_type = models.CharField(max_length=40, blank=True, default="")
    duration_s = models.FloatField(null=True)
    channels = models.IntegerField(null=True)
    peaks = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=8, choices=STATES, default=KEPT)
    problem = models.TextField(blank=True, default="")
    tries = models.IntegerField(default=0)
    next_try_at = models.BigIntegerField(null=True)
    arrived_at = models.BigIntegerField()
    to_hear = models.BooleanField(default=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["source", "name"], name="recording_once"),)
        indexes = (
            models.Index(fields=["source", "native_call_id"], name="recording_native"),
            models.Index(fields=["state"], condition=models.Q(to_hear=True), name="recording_to_hear"),
        )

    def __str__(self) -> str:
        return self.name
