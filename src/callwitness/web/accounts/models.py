"""Accounts of people, and the one-time links that make them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models

from callwitness.ledger.models import Agent, Membership, Party, Team, Workspace


class UserManager(BaseUserManager["User"]):
    """Makes accounts by mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """An account; without a password nobody can sign in with one."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """An account that keeps the server."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person who signs in. zone: '' = that of the workspace; theme: '' = as the device says."""

    username = None  # type: ignore[assignment]  # people sign in by mail address
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True, default="")
    language = models.CharField(max_length=2, blank=True, default="")
    zone = models.CharField(max_length=64, blank=True, default="")
    theme = models.CharField(max_length=5, blank=True, default="")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.name or self.email


class OneTimeLink(models.Model):
    """A link that makes the first administrator or a member; valid once. Only its SHA-256 is kept.

    workspace: null for the first administrator. teams, agent, party: what the member will be. Times are ms UTC.
    """

    digest = models.CharField(max_length=64, unique=True)
    workspace = models.ForeignKey(Workspace, models.CASCADE, null=True, related_name="+")
    email = models.EmailField(blank=True, default="")
    role = models.CharField(max_length=8, choices=Membership.ROLES, default=Membership.OWNER)
    party = models.ForeignKey(Party, models.CASCADE, null=True, related_name="+")
    agent = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="+")
    teams = models.ManyToManyField(Team, related_name="+")
    mask_numbers = models.BooleanField(default=False)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    made_at = models.BigIntegerField()
    until_at = models.BigIntegerField()
    used_at = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"link to {self.workspace_id} until {self.until_at}"
