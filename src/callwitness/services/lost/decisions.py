"""Lost callers at work: people decide, calls decide, and a case always says what holds now.

Decisions are rows that are never edited; the state of a case is worked out from them and from the calls
(``services.lost.life``) and kept in the case, so that screens only read it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

import polars as pl
from django.db import connection, transaction
from django.db.models import F, Q

from callwitness.domain.errors import CallwitnessError
from callwitness.domain.lost import DAY_MS
from callwitness.domain.rules import Rules
from callwitness.ledger import bulk
from callwitness.ledger import models as m
from callwitness.services.dirty import mark_unpublished
from callwitness.services.lost import life
from callwitness.services.lost.owners import Owners, owners_of

LONGEST_NOTE: Final = 1000
_LONGEST_OPEN_MS: Final = 2 * 3_600_000
"""A call without an end is still going on only so long; after that its end was lost."""
_KEPT: Final = ("state", "attempts", "claimed_by_id", "claimed_at", "next_try_at", "closed_at",
                "owner_agent_id", "owner_team_id")  # fmt: skip
_TOLD: Final = ("id", "derived_state", "last_at", "recovered_at", "owner", "last_call__queue")
_SCHEMA: Final = {"id": pl.Int64, "state": pl.String, **dict.fromkeys(_KEPT[1:], pl.Int64)}

TAKEN, CLOSED, OPEN_ALREADY, REASON_NEEDED = "taken", "closed", "open_already", "reason_needed"


class Refused(CallwitnessError):
    """An action that does not fit the case any more. code: taken | closed | open_already | reason_needed."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def decide(case: m.LostCase, user: Any, action: str, now: int, note: str = "", *, head: bool = False) -> None:
    """One action of one person on one case. head: may also release what another has claimed. Raises ``Refused``.

    The first statement is an UPDATE that changes nothing and holds only while the action fits: it locks the case, so
    of two people who claim at once the database lets one through and the other finds it taken.
    """
    note = " ".join(note.split())[:LONGEST_NOTE]
    if action not in life.ACTIONS:
        raise ValueError(action)
    if action == life.NOT_NEEDED and not note:
        raise Refused(REASON_NEEDED)
    with transaction.atomic():
        locked = m.LostCase.objects.filter(_fits(action, user, now, head=head), pk=case.pk)
        if not locked.update(tries=F("tries")):
            raise Refused(_why_not(case.pk, action))
        _write(case.pk, user, action, note, now)
        settle_states(case.workspace, [case.pk], now)


def _fits(action: str, user: Any, now: int, *, head: bool) -> Q:
    """Whether a case is in a state in which this action means something."""
    own = Q(state=life.IN_WORK, claimed_by=user)
    if action == life.RELEASE:
        return Q(state=life.IN_WORK) if head else own
    if action == life.REOPEN:
        by_word = Q(state=life.RECOVERED) & ~Q(derived_state__in=(life.RECOVERED, life.SELF_RECOVERED))
        return Q(state__in=(life.OTHER_CHANNEL, life.NOT_NEEDED, life.EXPIRED)) | by_word
    forgotten = Q(state=life.IN_WORK, claimed_at__lt=now - life.CLAIM_LASTS_MS)
    return Q(state=life.OPEN) | own | forgotten


def _why_not(pk: int, action: str) -> str:
    state = m.LostCase.objects.values_list("state", flat=True).get(pk=pk)
    if action == life.REOPEN:
        return OPEN_ALREADY if state in life.WAITING else CLOSED
    return TAKEN if state == life.IN_WORK else CLOSED if state in life.DONE else OPEN_ALREADY


def _write(pk: int, user: Any, action: str, note: str, now: int) -> None:
    """The decision, and the claim that it takes for granted: who rings a free case works on it."""
    case = m.LostCase.objects.select_related("first_call").get(pk=pk)
    alone = case.claimed_by_id == user.pk and case.state == life.IN_WORK
    steps = [(action, note)]
    if action == life.NO_ANSWER and not alone:
        steps.insert(0, (life.CLAIM, ""))
    m.LostDecision.objects.bulk_create(
        m.LostDecision(
            workspace_id=case.workspace_id,
            case=case,
            anchor_source_id=case.first_call.anchor_source_id,
            anchor_native_id=case.first_call.anchor_native_id,
            by=user,
            at=now,
            action=step,
            note=text,
        )
        for step, text in steps
    )


def settle_states(workspace: m.Workspace, case_ids: Collection[int] | None, now: int) -> None:
    """Work out what holds for these cases (None = all) and keep it in them and in their calls.

    Finds owners and the decisions whose case went first. The same input gives the same state, however often it is
    called. Days of calls whose ``recovery`` changed are to be told to the warehouse.
    """
    with transaction.atomic():
        found = set(attach(workspace))
        if case_ids is None:
            wanted = list(m.LostCase.objects.filter(workspace=workspace).values_list("id", flat=True))
        else:
            wanted = sorted(found.union(case_ids))
        owners = owners_of(workspace)
        days: set[int] = set()
        for keys in bulk.by_keys(wanted):
            days |= _settle(workspace, owners, keys, now)
        mark_unpublished(workspace.pk, days, now)


def _settle(workspace: m.Workspace, owners: Owners, keys: Sequence[int], now: int) -> set[int]:
    changed, astray = _worked_out(workspace, owners, keys, now)
    if changed and connection.features.has_select_for_update:  # elsewhere one writes at a time anyway
        # a decision that was made since we read must not be written over by what held before it
        locked = m.LostCase.objects.select_for_update().filter(id__in=[row[0] for row in changed])
        list(locked.order_by("id").values_list("id", flat=True))
        changed, astray = _worked_out(workspace, owners, keys, now)
    bulk.update(m.LostCase, pl.DataFrame(changed, schema=_SCHEMA, orient="row"))
    return _tell_calls(workspace, astray)


def _worked_out(
    workspace: m.Workspace, owners: Owners, keys: Sequence[int], now: int
) -> tuple[list[tuple[Any, ...]], list[int]]:
    """Rows of _SCHEMA for the cases that are not as they should be, and the ids of those whose calls may not be."""
    decisions: dict[int, list[life.Decision]] = defaultdict(list)
    rows = m.LostDecision.objects.filter(case_id__in=keys).order_by("at", "id")
    for case, action, by, at in rows.values_list("case_id", "action", "by_id", "at"):
        decisions[case].append(life.Decision(action, by, at))
    expire_ms = expires_after(workspace)
    changed: list[tuple[Any, ...]] = []
    astray: list[int] = []
    cases = list(m.LostCase.objects.filter(workspace=workspace, id__in=keys).values_list(*_TOLD, *_KEPT))
    whose = owners.of([(owner, queue, last_at) for _, _, last_at, _, owner, queue, *_ in cases])
    for (pk, derived, last_at, talk_at, _, _, *kept), owner in zip(cases, whose, strict=True):
        told = life.Derived(derived, last_at, talk_at)
        now_is = life.standing(told, decisions[pk], now, zone=workspace.zone, expire_ms=expire_ms)
        values = (now_is.state, now_is.attempts, now_is.claimed_by, now_is.claimed_at, now_is.next_try_at,
                  now_is.closed_at, owner.agent, owner.team)  # fmt: skip
        if values != tuple(kept):
            changed.append((pk, *values))
        if not now_is.state == kept[0] == derived:
            astray.append(pk)
    return changed, astray


def _tell_calls(workspace: m.Workspace, keys: Sequence[int]) -> set[int]:
    """Give the calls of these cases their case's state. Gives the UTC days of calls that changed."""
    cases: dict[tuple[str, str], list[tuple[int, int, str]]] = defaultdict(list)
    rows = m.LostCase.objects.filter(id__in=keys).values_list(
        "caller", "line", "first_at", "last_at", "state"
    )
    for caller, line, first, last, state in rows:
        cases[caller, line].append((first, last, state))
    tries = m.Call.objects.filter(
        workspace=workspace, caller__in={caller for caller, _ in cases}, direction="inbound"
    ).exclude(recovery="")
    changed, days = [], set()
    for pk, caller, line, at, recovery in tries.values_list("id", "caller", "did", "started_at", "recovery"):
        state = next((s for first, last, s in cases.get((caller, line), ()) if first <= at <= last), recovery)
        if state != recovery:
            changed.append((pk, state))
            days.add(at // DAY_MS)
    bulk.update(m.Call, pl.DataFrame(changed, schema={"id": pl.Int64, "recovery": pl.String}, orient="row"))
    return days


def attach(workspace: m.Workspace) -> list[int]:
    """Give decisions without a case the one in which their call stands now. Gives the ids of these cases.

    A case is gone when an earlier try turned up or calls were merged; its decisions wait, held by their anchor.
    """
    alone = list(m.LostDecision.objects.filter(workspace=workspace, case=None).order_by("id"))
    if not alone:
        return []
    calls = _calls_of({(each.anchor_source_id, each.anchor_native_id) for each in alone})
    cases = m.LostCase.objects.filter(
        workspace=workspace, caller__in={caller for caller, _, _ in calls.values()}
    )
    spans: dict[tuple[str, str], list[m.LostCase]] = defaultdict(list)
    for case in cases:
        spans[case.caller, case.line].append(case)
    moved = []
    for each in alone:
        caller, line, at = calls.get((each.anchor_source_id, each.anchor_native_id), ("", "", 0))
        each.case = next((c for c in spans.get((caller, line), ()) if c.first_at <= at <= c.last_at), None)
        if each.case is not None:
            moved.append(each)
    m.LostDecision.objects.bulk_update(moved, ["case"], batch_size=500)
    return sorted({each.case_id for each in moved if each.case_id is not None})


def _calls_of(anchors: Iterable[tuple[int, str]]) -> dict[tuple[int, str], tuple[str, str, int]]:
    """Caller, line and start of the calls in which these source calls stand now."""
    natives: dict[int, list[str]] = defaultdict(list)
    for source, native in anchors:
        natives[source].append(native)
    found = {}
    for source, ids in natives.items():
        for part in bulk.by_keys(ids):
            rows = m.Witness.objects.filter(source_id=source, native_call_id__in=part)
            for witness in rows.select_related("call"):
                call = witness.call
                found[source, witness.native_call_id] = (call.caller, call.did, call.started_at)
    return found


def expire(now: int) -> int:
    """For the worker: close cases that nobody reached in time, free those whose claim was forgotten. Gives how many
    were looked at.
    """
    count = 0
    for workspace in m.Workspace.objects.all():
        forgotten = Q(state=life.IN_WORK, claimed_at__lt=now - life.CLAIM_LASTS_MS)
        late = Q(state=life.OPEN, last_at__lt=now - expires_after(workspace))
        due = list(
            m.LostCase.objects.filter(forgotten | late, workspace=workspace).values_list("id", flat=True)
        )
        if due:
            settle_states(workspace, due, now)
            count += len(due)
    return count


def expires_after(workspace: m.Workspace) -> int:
    """How long a case waits for somebody, in ms: ``[lost] expire_days`` of the workspace."""
    days = workspace.settings.get("lost", {}).get("expire_days", Rules().expire_days)
    return int(float(days) * DAY_MS)


def on_the_line(workspace: m.Workspace, callers: Collection[str], now: int) -> frozenset[str]:
    """Those of the callers who are in a call with us at this moment: nobody should ring them now."""
    going_on = m.Call.objects.filter(
        workspace=workspace, caller__in=callers, ended_at=None, started_at__gte=now - _LONGEST_OPEN_MS
    )
    return frozenset(going_on.values_list("caller", flat=True))
