"""What the derivation keeps about itself: how much lies where, what must be derived again, what it measured."""

from __future__ import annotations

from django.db import models

from callwitness.ledger.models.source import Source
from callwitness.ledger.models.workspace import Workspace


class SourceDay(models.Model):
    """How many records of a source start on a UTC day (days since 1970)."""

    source = models.ForeignKey(Source, models.CASCADE, db_index=False)
    day = models.IntegerField()
    records = models.IntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["source", "day"], name="source_day"),)

    def __str__(self) -> str:
        return f"{self.source_id} {self.day}: {self.records}"


class DirtyDay(models.Model):
    """New evidence touched this UTC day: what lies around it is derived again. evidence: ids that did it."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False)
    day = models.IntegerField()
    since = models.BigIntegerField()
    evidence = models.JSONField(default=list)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["workspace", "day"], name="dirty_day"),)

    def __str__(self) -> str:
        return f"{self.workspace_id} {self.day}"


class UnpublishedDay(models.Model):
    """Calls that start on this UTC day changed; the warehouse does not know yet. since: time of the last change."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False)
    day = models.IntegerField()
    since = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["workspace", "day"], name="unpublished_day"),)

    def __str__(self) -> str:
        return f"{self.workspace_id} {self.day}"


class Window(models.Model):
    """A stretch of UTC days, first included, end not, that is derived as one. rules: fingerprint of rules used."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False)
    first = models.IntegerField()
    end = models.IntegerField()
    derived_at = models.BigIntegerField()
    rules = models.CharField(max_length=32)
    seconds = models.FloatField()
    calls = models.IntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["workspace", "first"], name="window_first"),)

    def __str__(self) -> str:
        return f"{self.workspace_id} {self.first}..{self.end}"


class ClockPoint(models.Model):
    """Offset of a source's clock against the reference, + = ahead; window_first: of the window that measured it."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="clock")
    window_first = models.IntegerField()
    at = models.BigIntegerField()
    offset_s = models.FloatField()
    n = models.IntegerField()
    uncertainty_s = models.FloatField()

    def __str__(self) -> str:
        return f"{self.source_id} {self.offset_s:+.1f} s"


class ReliabilityWeek(models.Model):
    """How reliable a source was in a week (domain.results.RELIABILITY); parts of windows are added up.

    late: records that arrived more than a day after their call, of all records of the week.
    """

    source = models.ForeignKey(Source, models.CASCADE, related_name="reliability")
    window_first = models.IntegerField()
    week = models.CharField(max_length=10)
    calls = models.IntegerField()
    missing = models.IntegerField()
    clock_offset_s = models.FloatField(null=True)
    claimed_answered = models.IntegerField()
    denied_answered = models.IntegerField()
    late = models.IntegerField(default=0)
    records = models.IntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source", "window_first", "week"], name="reliability_week"),
        )

    def __str__(self) -> str:
        return f"{self.source_id} {self.week}"
