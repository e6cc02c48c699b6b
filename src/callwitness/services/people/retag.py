"""After people changed: calls and lost callers whose texts they concern get their people again."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import polars as pl
from django.db import transaction
from django.db.models import F, Q, QuerySet, TextField
from django.db.models.functions import Cast

from callwitness.ledger import models as m
from callwitness.services.dirty import mark_dirty, mark_unpublished
from callwitness.services.lost.decisions import settle_states
from callwitness.services.lost.life import WAITING
from callwitness.services.people.book import AgentBook, agents_of, fold, tags

DAY_MS: Final = 86_400_000
_BATCH: Final = 2_000
_MOST_LOOKED_FOR: Final = 50
_LADDER: Final = {"call_id": pl.Int64(), "agent": pl.String(), "extension": pl.String()}
_CALLS: Final = {"call_id": pl.Int64(), "started_at": pl.Int64(), "agents": pl.List(pl.String())}


def retag(workspace: m.Workspace, values: Collection[str], now: int) -> int:
    """Sets the people of calls in whose legs one of these texts (names, extensions) stands; how many calls changed.

    Who may see them is right at once; their days are derived again, which sets the names they are shown with. Reads
    in batches, whatever the ledger's size. Owners of cases that still wait are set as well.
    """
    book = agents_of(workspace)
    changed, days = 0, set[int]()
    for batch in _batches(_touched(workspace, values)):
        with transaction.atomic():
            changed += _tag(batch, book)
        days.update(_days(batch))
    with transaction.atomic():
        mark_dirty(workspace.id, days, (), now)
        mark_unpublished(workspace.id, days, now)
    settle_waiting(workspace, now)
    return changed


def _touched(workspace: m.Workspace, values: Collection[str]) -> list[int]:
    """Ids of calls in whose legs one of the texts stands, in order."""
    ladders = m.Ladder.objects.filter(call__workspace=workspace).order_by("call_id")
    if len(values) > _MOST_LOOKED_FOR:
        return _read_through(ladders, values)
    if not values:
        return []
    said = Q()
    for value in values:
        for text in {value, value.lower(), value.upper(), value.title()}:
            # the column holds JSON: SQLite keeps it as it was written (ASCII), PostgreSQL as characters
            said |= Q(text__icontains=json.dumps(text)) | Q(
                text__icontains=json.dumps(text, ensure_ascii=False)
            )
    return list(
        ladders.annotate(text=Cast("legs", TextField())).filter(said).values_list("call_id", flat=True)
    )


def _read_through(ladders: QuerySet[m.Ladder], values: Collection[str]) -> list[int]:
    """The same for many texts: every leg is looked at once; a database takes no condition that is so long."""
    wanted = {fold(value) for value in values}
    rows = ladders.values_list("call_id", "legs").iterator(chunk_size=_BATCH)
    return [
        call
        for call, legs in rows
        if any(
            text and fold(text) in wanted for leg in legs for text in (leg.get("agent"), leg.get("extension"))
        )
    ]


def _batches(ids: Sequence[int]) -> Iterator[list[int]]:
    waiting = iter(ids)
    while batch := list(islice(waiting, _BATCH)):
        yield batch


def _days(ids: list[int]) -> set[int]:
    return set(m.Call.objects.filter(id__in=ids).values_list("day", flat=True))


def _tag(ids: list[int], book: AgentBook) -> int:
    """How many of the calls had other people before."""
    started = dict(m.Call.objects.filter(id__in=ids).values_list("id", "started_at"))
    ladders = dict(m.Ladder.objects.filter(call_id__in=ids).values_list("call_id", "legs"))
    rows = [(call, at, _talked(ladders.get(call, ()))) for call, at in started.items()]
    legs = [
        (call, leg.get("agent"), leg.get("extension")) for call, ladder in ladders.items() for leg in ladder
    ]
    found = tags(
        book,
        pl.DataFrame(rows, schema=_CALLS, orient="row"),
        pl.DataFrame(legs, schema=_LADDER, orient="row"),
    )
    want = {(call, agent, talked) for call, agent, talked in found.iter_rows()}
    have = set(m.CallAgent.objects.filter(call_id__in=ids).values_list("call_id", "agent_id", "talked"))
    touched = {call for call, _, _ in want ^ have}
    m.CallAgent.objects.filter(call_id__in=touched).delete()
    m.CallAgent.objects.bulk_create(
        m.CallAgent(call_id=call, agent_id=agent, talked=talked, started_at=started[call])
        for call, agent, talked in sorted(want)
        if call in touched
    )
    return len(touched)


def _talked(legs: Sequence[Mapping[str, Any]]) -> list[str]:
    """Who talked, as the exchange has it; where it has nothing, as anybody claims."""
    office = [leg for leg in legs if leg.get("role") == "office"]
    texts = [leg.get("agent") or leg.get("extension") for leg in office or legs if leg.get("human")]
    return [text for text in texts if text]


def renamed(workspace: m.Workspace, agents: Collection[int], now: int) -> None:
    """Agents have other names now: their calls are derived again, which shows them."""
    calls = m.Call.objects.filter(workspace=workspace, people__agent__in=agents)
    with transaction.atomic():
        mark_dirty(workspace.id, set(calls.values_list("day", flat=True).distinct()), (), now)


def regrouped(workspace: m.Workspace, agents: Collection[int], queues: Collection[str], now: int) -> None:
    """Agents or queues belong to another team now: what is kept by day, and whose the waiting cases are."""
    calls = m.Call.objects.filter(workspace=workspace)
    mine = calls.filter(people__agent__in=agents), calls.filter(queue__in=[*queues])
    with transaction.atomic():
        for each in mine:
            starts = (
                each.annotate(of_day=F("started_at") / DAY_MS).values_list("of_day", flat=True).distinct()
            )
            mark_unpublished(workspace.id, [int(day) for day in starts], now)
    settle_waiting(workspace, now)


def settle_waiting(workspace: m.Workspace, now: int) -> None:
    """Owners of the cases that wait, as people are now."""
    waiting = m.LostCase.objects.filter(workspace=workspace, state__in=WAITING).values_list("id", flat=True)
    settle_states(workspace, list(waiting), now)
