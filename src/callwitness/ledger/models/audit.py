"""Who did and who saw what."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from callwitness.ledger.models.workspace import Workspace


class Audit(models.Model):
    """One reading of a recording, export or change. action: ``listen``, ``export``, ``source.change``, ...; never edited."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, null=True, db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.BigIntegerField()
    action = models.CharField(max_length=40)
    what = models.CharField(max_length=200, blank=True, default="")
    details = models.JSONField(default=dict, blank=True)
    address = models.CharField(max_length=45, blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=["workspace", "at"], name="audit_at"),)

    def __str__(self) -> str:
        return f"{self.action} {self.what}"
