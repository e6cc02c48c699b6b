"""Lost callers: the cases as derived from calls, and what people decided about them."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from callwitness.ledger.models.call import Call
from callwitness.ledger.models.people import Agent, Team
from callwitness.ledger.models.source import Source
from callwitness.ledger.models.workspace import Project, Workspace


class LostCase(models.Model):
    """One caller on one line until somebody talked with him (domain.lost). state: what holds after decisions.

    derived_state: open | recovered | self_recovered | expired | not_needed, as the calls tell; state adds in_work,
    other_channel and what people decided. owner, why_missed: as the domain names them (texts of the sources).
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False)
    project = models.ForeignKey(Project, models.SET_NULL, null=True)
    public_id = models.CharField(max_length=32)
    caller = models.CharField(max_length=60)
    line = models.CharField(max_length=60)
    state = models.CharField(max_length=16)
    derived_state = models.CharField(max_length=16)
    tries = models.IntegerField()
    first_at = models.BigIntegerField()
    last_at = models.BigIntegerField()
    first_call = models.ForeignKey(Call, models.CASCADE, related_name="+")
    last_call = models.ForeignKey(Call, models.CASCADE, related_name="+")
    recovered_at = models.BigIntegerField(null=True)
    recovered_call = models.ForeignKey(Call, models.SET_NULL, null=True, related_name="+")
    minutes = models.FloatField(null=True)
    short = models.BooleanField(default=False)
    owner = models.CharField(max_length=120)
    why_missed = models.CharField(max_length=40)
    why_call = models.ForeignKey(Call, models.SET_NULL, null=True, related_name="+")
    owner_agent = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="lost_cases")
    owner_team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="lost_cases")
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    claimed_at = models.BigIntegerField(null=True)
    next_try_at = models.BigIntegerField(null=True)
    attempts = models.IntegerField(default=0)
    closed_at = models.BigIntegerField(null=True)
    told_at = models.BigIntegerField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["workspace", "public_id"], name="lost_public_id"),)
        indexes = (
            models.Index(fields=["workspace", "state", "last_at"], name="lost_state"),
            models.Index(fields=["workspace", "caller"], name="lost_caller"),
            models.Index(fields=["workspace", "first_at"], name="lost_first"),
        )

    def __str__(self) -> str:
        return self.public_id


class LostDecision(models.Model):
    """Somebody did something about a case; never edited. Attached to the case's first call through its anchor.

    action: claim | release | talked | no_answer | other_channel | not_needed | reopen.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False)
    case = models.ForeignKey(LostCase, models.SET_NULL, null=True, related_name="decisions")
    anchor_source = models.ForeignKey(Source, models.CASCADE, related_name="+")
    anchor_native_id = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.BigIntegerField()
    action = models.CharField(max_length=16)
    note = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=["anchor_source", "anchor_native_id"], name="decision_anchor"),)

    def __str__(self) -> str:
        return f"{self.action} {self.case_id}"
