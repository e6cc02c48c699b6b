"""Workspace, its projects and their two parties."""

from __future__ import annotations

from django.db import models


class Workspace(models.Model):
    """One tenant. settings: the sections of ``callwitness.toml`` (services.settings), without zone and country."""

    slug = models.SlugField(unique=True, max_length=40)
    name = models.CharField(max_length=120)
    zone = models.CharField(max_length=64, default="UTC")
    country = models.CharField(max_length=2, blank=True, default="")
    language = models.CharField(max_length=2, default="en")
    settings = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return self.name


class Project(models.Model):
    """One line of work with its own numbers. Calls get their project from the number that was dialled."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="projects")
    slug = models.SlugField(max_length=40)
    name = models.CharField(max_length=120)
    queues = models.JSONField(
        default=list, blank=True, help_text="queues whose calls belong here when the number says nothing"
    )

    class Meta:
        constraints = (models.UniqueConstraint(fields=["workspace", "slug"], name="project_slug"),)

    def __str__(self) -> str:
        return self.name


class Party(models.Model):
    """One of the two sides of a project: the agency that brings calls, the client that pays for them."""

    AGENCY, CLIENT = "agency", "client"
    SIDES = ((AGENCY, "agency"), (CLIENT, "client"))

    project = models.ForeignKey(Project, models.CASCADE, related_name="parties")
    side = models.CharField(max_length=8, choices=SIDES)
    name = models.CharField(max_length=120)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["project", "side"], name="party_side"),)

    def __str__(self) -> str:
        return self.name
