"""A source: a system that reports calls."""

from __future__ import annotations

from django.db import models

from callwitness.ledger.models.workspace import Party, Workspace


class Source(models.Model):
    """name is what evidence and verdicts call it. options: the adapter's own (as behind ``?`` on the command line).

    hook_token: the secret part of the webhook's address; hook_secret: signs bodies, empty = unsigned allowed.
    hook_position: highest seq of the inbox that is in the ledger.
    """

    ROLES = (("provider", "provider"), ("office", "exchange (office)"), ("contractor", "contractor"))

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="sources")
    name = models.CharField(max_length=60)
    role = models.CharField(max_length=12, choices=ROLES)
    party = models.ForeignKey(Party, models.SET_NULL, null=True, blank=True, related_name="sources")
    adapter = models.CharField(max_length=40, blank=True, default="")
    zone = models.CharField(max_length=64, blank=True, default="")
    options = models.JSONField(default=dict, blank=True)
    neutral = models.BooleanField(default=False)
    enabled = models.BooleanField(default=True)
    folder = models.CharField(max_length=500, blank=True, default="")
    hook_token = models.CharField(max_length=64, unique=True, null=True, blank=True)
    hook_secret = models.CharField(max_length=128, blank=True, default="")
    hook_position = models.BigIntegerField(default=0)
    last_evidence_at = models.BigIntegerField(null=True, blank=True)
    last_record_at = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["workspace", "name"], name="source_name"),)

    def __str__(self) -> str:
        return self.name
