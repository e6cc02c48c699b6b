"""Saved views, their scheduled exports, what was sent, and the mails that wait to be sent."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from callwitness.ledger.models.workspace import Workspace


class SavedView(models.Model):
    """A named view of calls. query: as in its address (domain.view). shared: for everybody of the workspace.

    colours: rules ``[{"column", "operation", "value", "colour"}]``, first match wins.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="views")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="views")
    name = models.CharField(max_length=120)
    query = models.CharField(max_length=4000)
    shared = models.BooleanField(default=False)
    colours = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["workspace", "owner", "name"], name="view_name"),)

    def __str__(self) -> str:
        return self.name


class Schedule(models.Model):
    """A saved view sent regularly, with the rights of its owner. days: weekdays 1..7 (Monday first), [] = every day.

    format: csv | xlsx | pdf. target: folder | mail | cabinet. recipients: addresses, for mail. minute: of the day, in zone.
    """

    view = models.ForeignKey(SavedView, models.CASCADE, related_name="schedules")
    format = models.CharField(max_length=4)
    target = models.CharField(max_length=8)
    recipients = models.JSONField(default=list, blank=True)
    zone = models.CharField(max_length=64)
    minute = models.IntegerField()
    days = models.JSONField(default=list, blank=True)
    month_day = models.IntegerField(null=True, blank=True)
    enabled = models.BooleanField(default=True)
    since = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.view_id} {self.format} to {self.target}"


class Delivery(models.Model):
    """One due time of a schedule, once. state: due | sent | failed. sha256: of the file, kept in the evidence store."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="deliveries")
    due_at = models.BigIntegerField()
    state = models.CharField(max_length=8, default="due")
    tries = models.IntegerField(default=0)
    next_try_at = models.BigIntegerField(null=True)
    problem = models.TextField(blank=True, default="")
    rows = models.IntegerField(null=True)
    name = models.CharField(max_length=200, blank=True, default="")
    sha256 = models.CharField(max_length=64, blank=True, default="")
    sent_at = models.BigIntegerField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["schedule", "due_at"], name="delivery_once"),)

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.state}"


class Mail(models.Model):
    """A mail that must go out; key makes it once. attachment: SHA-256 in the store. state: waiting | sent | failed."""

    key = models.CharField(max_length=120, unique=True)
    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True, default="")
    attachment = models.CharField(max_length=64, blank=True, default="")
    attachment_name = models.CharField(max_length=200, blank=True, default="")
    state = models.CharField(max_length=8, default="waiting", db_index=True)
    tries = models.IntegerField(default=0)
    next_try_at = models.BigIntegerField(default=0)
    problem = models.TextField(blank=True, default="")
    created_at = models.BigIntegerField()
    sent_at = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return self.subject
