"""Who works here: agents, teams, extensions over time, and the memberships that open the door."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from callwitness.ledger.models.workspace import Party, Workspace


class Team(models.Model):
    """A group of agents. missed_mail: when its agents' missed calls are mailed, digest_hour in the workspace's zone.

    mail_agent, mail_head: who gets them. queues: names of queues whose calls are this team's, answered or not.
    """

    NEVER, AT_ONCE, DIGEST = "never", "at_once", "digest"
    MAILS = ((NEVER, "never"), (AT_ONCE, "at once"), (DIGEST, "digest"))

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="teams")
    name = models.CharField(max_length=120)
    missed_mail = models.CharField(max_length=8, choices=MAILS, default=NEVER)
    digest_hour = models.IntegerField(default=9)
    mail_agent = models.BooleanField(default=True)
    mail_head = models.BooleanField(default=True)
    sla_minutes = models.IntegerField(default=20)
    queues = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["workspace", "name"], name="team_name"),)

    def __str__(self) -> str:
        return self.name


class Agent(models.Model):
    """A person who takes calls. user: the account that sees these calls as own."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="agents")
    name = models.CharField(max_length=120)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="agents")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="agents"
    )
    active = models.BooleanField(default=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["workspace", "name"], name="agent_name"),)

    def __str__(self) -> str:
        return self.name


class Extension(models.Model):
    """What sources call an agent: a name or an internal number, from one moment until another (null = open)."""

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="extensions")
    value = models.CharField(max_length=120)
    from_at = models.BigIntegerField(null=True, blank=True)
    to_at = models.BigIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return self.value


class Membership(models.Model):
    """A user's place in a workspace (DOMAIN roles). teams: those a manager sees (none = all) or an operator belongs to.

    party: the side of a marketer. mask_numbers: callers' numbers are shown without their middle.
    """

    OWNER, MANAGER, OPERATOR, MARKETER, AUDITOR = "owner", "manager", "operator", "marketer", "auditor"
    ROLES = (
        (OWNER, "owner"),
        (MANAGER, "manager"),
        (OPERATOR, "operator"),
        (MARKETER, "marketer"),
        (AUDITOR, "auditor"),
    )

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=ROLES)
    party = models.ForeignKey(Party, models.CASCADE, null=True, blank=True, related_name="memberships")
    teams = models.ManyToManyField(Team, blank=True, related_name="managers")
    mask_numbers = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["workspace", "user"], name="membership_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"
