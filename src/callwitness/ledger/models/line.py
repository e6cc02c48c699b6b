"""Numbers that are dialled and lines that carry calls."""

from __future__ import annotations

from django.db import models

from callwitness.ledger.models.source import Source
from callwitness.ledger.models.workspace import Project, Workspace


class Number(models.Model):
    """A number with a meaning here: an own one (and its project), one used for tests, or one that is blocked.

    value: +E164 or bare digits, as calls carry it. advertising: which source of advertising it stands for.
    """

    OWN, TEST, BLOCKED = "own", "test", "blocked"
    KINDS = ((OWN, "own"), (TEST, "test"), (BLOCKED, "blocked"))

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="numbers")
    value = models.CharField(max_length=60)
    kind = models.CharField(max_length=8, choices=KINDS, default=OWN)
    name = models.CharField(max_length=120, blank=True, default="")
    project = models.ForeignKey(Project, models.SET_NULL, null=True, blank=True, related_name="numbers")
    provider = models.ForeignKey(Source, models.SET_NULL, null=True, blank=True, related_name="numbers")
    advertising = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["workspace", "value"], name="number_value"),)

    def __str__(self) -> str:
        return self.value


class Line(models.Model):
    """A trunk as the exchange names it, with the name people use and its office."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="lines")
    trunk = models.CharField(max_length=120)
    name = models.CharField(max_length=120, blank=True, default="")
    office = models.CharField(max_length=120, blank=True, default="")
    channels = models.IntegerField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["workspace", "trunk"], name="line_trunk"),)

    def __str__(self) -> str:
        return self.name or self.trunk
