"""One-time links: made, found again by their token, used up. The token itself is kept nowhere."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from callwitness.ledger import models as m
from callwitness.web.accounts.models import OneTimeLink

VALID_DAYS: Final = 7
_DAY_MS: Final = 86_400_000
_LONGEST_TOKEN: Final = 100


@dataclass(frozen=True, slots=True)
class Place:
    """What whoever follows the link will be in a workspace."""

    workspace: m.Workspace
    role: str
    party: m.Party | None = None
    agent: m.Agent | None = None
    teams: tuple[m.Team, ...] = ()
    mask_numbers: bool = False


def now() -> int:
    """ms UTC."""
    return int(time.time() * 1000)


def make(place: Place | None, email: str = "", by: Any = None) -> tuple[OneTimeLink, str]:
    """A new link and its token. place None: for the first administrator, replaces the earlier ones that nobody used."""
    token = secrets.token_urlsafe(32)
    if place is None:
        OneTimeLink.objects.filter(workspace=None, used_at=None).delete()
    link = OneTimeLink.objects.create(
        digest=_digest(token),
        workspace=place.workspace if place else None,
        email=email.lower(),
        role=place.role if place else m.Membership.OWNER,
        party=place.party if place else None,
        agent=place.agent if place else None,
        mask_numbers=place.mask_numbers if place else False,
        made_by=by,
        made_at=now(),
        until_at=now() + VALID_DAYS * _DAY_MS,
    )
    link.teams.set(place.teams if place else ())
    return link, token


def address(kind: str, token: str) -> str:
    """Where the link leads, with the server's own address. kind: the name of the page."""
    return settings.SERVER.url + reverse(kind, kwargs={"token": token})


def waiting(workspace: m.Workspace) -> Iterable[OneTimeLink]:
    """Links into a workspace that may still be used, newest first."""
    return (
        OneTimeLink.objects.filter(workspace=workspace, used_at=None, until_at__gt=now())
        .select_related("made_by", "party", "agent")
        .order_by("-made_at", "-id")
    )


def find(token: str, first: bool) -> OneTimeLink | None:
    """The link of a token while it may be used."""
    if len(token) > _LONGEST_TOKEN:
        return None
    return OneTimeLink.objects.filter(
        digest=_digest(token), used_at=None, until_at__gt=now(), workspace__isnull=first
    ).first()


def use_up(link: OneTimeLink) -> bool:
    """True for the one who comes first; inside the transaction of what the link makes."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a link is used up together with what it makes")
    return OneTimeLink.objects.filter(pk=link.pk, used_at=None).update(used_at=now()) == 1


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
