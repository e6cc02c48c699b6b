"""Calls as derived, with their witnesses and legs; their earlier versions; what people said about them."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from callwitness.ledger.models.people import Agent
from callwitness.ledger.models.source import Source
from callwitness.ledger.models.workspace import Party, Project, Workspace


class Call(models.Model):
    """What really happened. Written by services.derive only. Texts are '' where unknown, as lists are [].

    public_id: as ``check`` names it when the call first appears; stays when the derived content changes.
    anchor_source, anchor_native_id: the most trusted source call, to which decisions attach.
    day: UTC day (days since 1970) of the anchor's record as stated; the window of that day derives the call.
    content: fingerprint of everything derived, to find out what changed.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False)
    project = models.ForeignKey(Project, models.SET_NULL, null=True)
    public_id = models.CharField(max_length=24)
    anchor_source = models.ForeignKey(Source, models.CASCADE, related_name="+", db_index=False)
    anchor_native_id = models.CharField(max_length=500)
    day = models.IntegerField()
    started_at = models.BigIntegerField()
    direction = models.CharField(max_length=8)
    caller = models.CharField(max_length=60)
    caller_kind = models.CharField(max_length=20)
    did = models.CharField(max_length=60)
    called = models.CharField(max_length=60)
    verdict = models.CharField(max_length=20)
    flags = models.JSONField(default=list)
    reasons = models.JSONField(default=list)
    signal_answered_at = models.BigIntegerField(null=True)
    queued_at = models.BigIntegerField(null=True)
    agent_answered_at = models.BigIntegerField(null=True)
    human_voice_at = models.BigIntegerField(null=True)
    ended_at = models.BigIntegerField(null=True)
    wait_s = models.FloatField(null=True)
    talk_s = models.FloatField(null=True)
    agent = models.CharField(max_length=120)
    agents = models.JSONField(default=list)
    queue = models.CharField(max_length=120)
    trunk = models.CharField(max_length=120)
    recovery = models.CharField(max_length=16)
    witnesses = models.JSONField(default=list)
    findings = models.IntegerField(default=0)
    finding_kinds = models.JSONField(default=list)
    recorded = models.BooleanField(default=False)
    version = models.IntegerField(default=1)
    content = models.CharField(max_length=32)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["workspace", "public_id"], name="call_public_id"),)
        indexes = (
            models.Index(fields=["workspace", "started_at"], name="call_started"),
            models.Index(fields=["workspace", "day"], name="call_day"),
            models.Index(fields=["workspace", "verdict", "started_at"], name="call_verdict"),
            models.Index(fields=["workspace", "caller", "started_at"], name="call_caller"),
            models.Index(fields=["workspace", "agent", "started_at"], name="call_agent"),
            models.Index(fields=["workspace", "did", "started_at"], name="call_did"),
            models.Index(fields=["workspace", "queue", "started_at"], name="call_queue"),
            models.Index(fields=["workspace", "called", "started_at"], name="call_called"),
        )

    def __str__(self) -> str:
        return self.public_id


class CallAlias(models.Model):
    """An id that was a call's own until calls merged; it still leads somewhere."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False)
    public_id = models.CharField(max_length=24)
    call = models.ForeignKey(Call, models.CASCADE, related_name="aliases")
    since = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["workspace", "public_id"], name="alias_public_id"),)

    def __str__(self) -> str:
        return self.public_id


class CallAgent(models.Model):
    """A person of ours who talked in the call or was rung for it; how own calls are found."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="people")
    agent = models.ForeignKey(Agent, models.CASCADE, db_index=False)
    talked = models.BooleanField()
    started_at = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["call", "agent"], name="call_agent_once"),)
        indexes = (models.Index(fields=["agent", "started_at"], name="callagent_own"),)

    def __str__(self) -> str:
        return f"{self.agent_id} in {self.call_id}"


class Witness(models.Model):
    """One source's own call inside a call: what that source alone says, times in its own clock as it stated them.

    match: matched | unmatched | duplicate | excluded. result: one of domain.calls.VERDICTS. human: claims (true),
    denies (false) or cannot tell (null) that a person answered.
    """

    call = models.ForeignKey(Call, models.CASCADE, related_name="seen_by")
    source = models.ForeignKey(Source, models.CASCADE, db_index=False)
    native_call_id = models.CharField(max_length=500)
    native_ids = models.JSONField(default=list)
    match = models.CharField(max_length=10)
    excluded_because = models.CharField(max_length=24)
    rule = models.CharField(max_length=40)
    dt_s = models.FloatField(null=True)
    started_at = models.BigIntegerField()
    ended_at = models.BigIntegerField(null=True)
    result = models.CharField(max_length=20)
    human = models.BooleanField(null=True)
    wait_s = models.FloatField(null=True)
    talk_s = models.FloatField(null=True)
    total_s = models.FloatField(null=True)
    agent = models.CharField(max_length=120)
    recording = models.CharField(max_length=500)

    class Meta:
        indexes = (models.Index(fields=["source", "native_call_id"], name="witness_native"),)

    def __str__(self) -> str:
        return f"{self.source_id}:{self.native_call_id}"


class Ladder(models.Model):
    """Legs of a call, corrected times: a list of objects with the columns of domain.results.LADDER but call_id."""

    call = models.OneToOneField(Call, models.CASCADE, primary_key=True, related_name="ladder")
    legs = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"legs of {self.call_id}"


class CallVersion(models.Model):
    """What changed in a call and because of what. changes: {column: [before, after]}; evidence: ids that arrived."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="versions")
    number = models.IntegerField()
    at = models.BigIntegerField()
    changes = models.JSONField(default=dict)
    evidence = models.JSONField(default=list)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["call", "number"], name="version_number"),)

    def __str__(self) -> str:
        return f"{self.call_id} v{self.number}"


class Comment(models.Model):
    """What a person wrote about a call. party: whose side sees it alone; null = everybody who sees the call.

    anchor_*: as of Call, so that the comment finds its call again when calls merge or split.
    """

    call = models.ForeignKey(Call, models.SET_NULL, null=True, related_name="comments")
    anchor_source = models.ForeignKey(Source, models.CASCADE, related_name="+")
    anchor_native_id = models.CharField(max_length=500)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    party = models.ForeignKey(Party, models.SET_NULL, null=True, related_name="+")
    mentions = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="mentioned_in")
    text = models.TextField(max_length=4000)
    at = models.BigIntegerField()

    def __str__(self) -> str:
        return self.text[:60]
