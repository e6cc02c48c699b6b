"""What calls carry and nobody has claimed: names and extensions of no agent, numbers and lines of no meaning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import polars as pl
from django.db import transaction
from django.db.models import Count, Max, QuerySet

from callwitness.ledger import models as m
from callwitness.services.people.book import agents_of, fold
from callwitness.services.people.retag import retag

DAY_MS: Final = 86_400_000
LOOK_BACK_MS: Final = 90 * DAY_MS
MOST: Final = 200
_LATEST: Final = 2_000
"""Of so many calls the legs are looked at for people who were rung and never talked."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """A text of calls without an owner. calls: in which it was seen, 0 = only rung lately; last_at: ms UTC."""

    text: str
    calls: int
    last_at: int


def unknown_people(workspace: m.Workspace, now: int) -> list[Stranger]:
    """Names and extensions that calls of the last 90 days carry and no agent has, most frequent first."""
    recent = m.Call.objects.filter(workspace=workspace, started_at__gte=now - LOOK_BACK_MS)
    talked = recent.exclude(agent="").values("agent").annotate(n=Count("id"), last=Max("started_at"))
    seen = {text: (count, last) for text, count, last in talked.values_list("agent", "n", "last")}
    for text, last in _rung(workspace, now).items():
        seen.setdefault(text, (0, last))
    texts = list(seen)
    owners = agents_of(workspace).ids(
        pl.Series(texts, dtype=pl.String), pl.Series([seen[text][1] for text in texts], dtype=pl.Int64)
    )
    found = [Stranger(text, *seen[text]) for text, owner in zip(texts, owners, strict=True) if owner is None]
    return sorted(found, key=lambda each: (-each.calls, each.text))[:MOST]


def _rung(workspace: m.Workspace, now: int) -> dict[str, int]:
    """Texts in the legs of the latest calls and when each was last seen; a name counts before the extension."""
    latest = m.Ladder.objects.filter(call__workspace=workspace, call__started_at__gte=now - LOOK_BACK_MS)
    found: dict[str, int] = {}
    for legs, at in latest.order_by("-call__started_at").values_list("legs", "call__started_at")[:_LATEST]:
        for leg in legs:
            text = leg.get("agent") or leg.get("extension")
            if text and leg.get("role") == "office":
                found.setdefault(text, at)
    return found


def adopt(workspace: m.Workspace, texts: Collection[str], now: int) -> int:
    """Makes an agent of each text that nobody has, called by it until somebody gives a name; how many were made."""
    unknown = {each.text for each in unknown_people(workspace, now)}
    names = {
        fold(name) for name in m.Agent.objects.filter(workspace=workspace).values_list("name", flat=True)
    }
    made = [text for text in dict.fromkeys(texts) if text in unknown and fold(text) not in names]
    with transaction.atomic():
        for text in made:
            agent = m.Agent.objects.create(workspace=workspace, name=text[:120])
            m.Extension.objects.create(agent=agent, value=text[:120])
    retag(workspace, made, now)
    return len(made)


def unknown_numbers(workspace: m.Workspace, now: int) -> list[Stranger]:
    """Numbers dialled in the last 90 days that stand for nothing here, most frequent first."""
    recent = m.Call.objects.filter(workspace=workspace, started_at__gte=now - LOOK_BACK_MS)
    known = m.Number.objects.filter(workspace=workspace).values("value")
    dialled = recent.exclude(did="").exclude(did__in=known).values("did")
    rows = dialled.annotate(n=Count("id"), last=Max("started_at")).order_by("-n", "did")
    return [Stranger(*row) for row in rows.values_list("did", "n", "last")[:MOST]]


def calls_by_line(calls: QuerySet[m.Call], since: int) -> Counter[str]:
    """How many of these calls each trunk carried since a moment (ms UTC); '' = sources that name none."""
    rows = (
        calls.filter(started_at__gte=since).values("trunk").annotate(n=Count("id")).values_list("trunk", "n")
    )
    return Counter(dict(rows))
