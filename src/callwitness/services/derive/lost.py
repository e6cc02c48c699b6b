"""Writes down the lost callers that a block touched, judged over all their calls; decisions of people stay."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import polars as pl

from callwitness.domain.lost import LOST_VERDICTS, lost_callers
from callwitness.domain.missed_because import Presence, why_missed
from callwitness.domain.rules import Rules
from callwitness.ledger import bulk
from callwitness.ledger import models as m
from callwitness.services.derive.calls import Written
from callwitness.services.derive.window import Derived
from callwitness.services.derive.windows import DAY_MS, Block
from callwitness.services.dirty import mark_dirty
from callwitness.services.lost.decisions import settle_states
from callwitness.services.presence import presence

_NAMES_SOMEBODY: Final = ("agent_on_call", "agent_did_not_pick_up")
"""Reasons that name an agent, whose the case is then."""
_KNOWN: Final = {
    "id": pl.Int64(), "public_id": pl.String(), "started_at": pl.Int64(), "ended_at": pl.Int64(), "direction": pl.String(),
    "caller": pl.String(), "called": pl.String(), "caller_kind": pl.String(), "did": pl.String(),
    "verdict": pl.String(), "flags": pl.List(pl.String()), "agent_answered_at": pl.Int64(),
    "human_voice_at": pl.Int64(), "queued_at": pl.Int64(), "agent": pl.String(), "queue": pl.String(),
    "recovery": pl.String(), "project_id": pl.Int64(), "day": pl.Int64(),
}  # fmt: skip
_CASE: Final = (
    "public_id", "project_id", "caller", "line", "derived_state", "tries", "first_at", "last_at", "first_call_id",
    "last_call_id", "recovered_at", "recovered_call_id", "minutes", "short", "owner", "why_missed", "why_call_id",
)  # fmt: skip
_DERIVED: Final = {
    "id": pl.Int64(), "public_id": pl.String(), "project_id": pl.Int64(), "caller": pl.String(), "line": pl.String(),
    "derived_state": pl.String(), "tries": pl.Int64(), "first_at": pl.Int64(), "last_at": pl.Int64(),
    "first_call_id": pl.Int64(), "last_call_id": pl.Int64(), "recovered_at": pl.Int64(),
    "recovered_call_id": pl.Int64(), "minutes": pl.Float64(), "short": pl.Boolean(), "owner": pl.String(),
    "why_missed": pl.String(), "why_call_id": pl.Int64(),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Around:
    """What a window knows of its calls. calls: ``call_id, rang, has_office, kept``; people: what agents were doing."""

    calls: pl.DataFrame
    people: Presence


_NOTHING: Final = _Around(
    pl.DataFrame(schema={"call_id": pl.String(), "rang": pl.List(pl.String()), "has_office": pl.Boolean(),
                         "kept": pl.Boolean()}),
    Presence(
        pl.DataFrame(schema={"agent": pl.String(), "call_id": pl.String(), "answered_at": pl.Int64(),
                             "ended_at": pl.Int64()}),
        pl.DataFrame(schema={"agent": pl.String(), "queue": pl.String(), "event": pl.String(),
                             "started_at": pl.Int64()}),
        pl.DataFrame(schema={"queue": pl.String(), "agent": pl.String()}),
    ),
)  # fmt: skip


def write_lost(
    workspace: m.Workspace,
    block: Block,
    derived: Derived,
    written: Written,
    rules: Rules,
    now: int,
    *,
    every: bool,
) -> frozenset[int]:
    """Inside a transaction: judge the cases of callers whose calls changed. UTC days of calls it told so.

    every: of all callers who were missed in the block; the rules may have changed while the calls did not.
    """
    around = _Around(
        derived.calls.select("call_id", "rang", "has_office", "kept"),
        presence(derived.legs, derived.found.sources, derived.told.reconciliation),
    )
    lost = [*LOST_VERDICTS, *(["abandoned_in_ivr"] if rules.lost_in_ivr else [])]
    missed = set(derived.kept.filter(pl.col("verdict").is_in(lost))["caller"].drop_nulls())
    if every:
        callers = missed | cases_of(workspace, written.callers) | _with_last_try(workspace, block)
    else:
        callers = (missed & written.callers) | cases_of(workspace, written.callers)
        callers |= _otherwise_explained(workspace, block, derived, around)
    return _judge(workspace, callers, around, rules, now)


def judge_again(workspace: m.Workspace, callers: Collection[str], rules: Rules, now: int) -> frozenset[int]:
    """Inside a transaction: judge the cases of callers some of whose calls are gone. UTC days of calls it told so."""
    return _judge(workspace, callers, _NOTHING, rules, now)


def cases_of(workspace: m.Workspace, callers: Collection[str]) -> set[str]:
    """Those of the callers who have a case."""
    found: set[str] = set()
    for part in bulk.by_keys(sorted(callers)):
        found |= set(
            m.LostCase.objects.filter(workspace=workspace, caller__in=part).values_list("caller", flat=True)
        )
    return found


def _judge(
    workspace: m.Workspace, callers: Collection[str], around: _Around, rules: Rules, now: int
) -> frozenset[int]:
    if not callers:
        return frozenset()
    calls = _calls(workspace, callers)
    cases, links = lost_callers(_as_judged(calls, around), around.people, rules, now)
    ids = calls.select(call_id="public_id", pk="id", project_id="project_id", day="day")
    days, changed = _tell_calls(calls, links), _write_cases(workspace, callers, cases, ids, around, now)
    settle_states(workspace, changed, now)
    return days


def _with_last_try(workspace: m.Workspace, block: Block) -> set[str]:
    cases = m.LostCase.objects.filter(
        workspace=workspace, last_call__day__gte=block.first, last_call__day__lt=block.end
    )
    return set(cases.values_list("caller", flat=True))


def _otherwise_explained(workspace: m.Workspace, block: Block, derived: Derived, around: _Around) -> set[str]:
    """Callers whose own calls are as they were, while the records tell something else about why they were missed."""
    rows = m.LostCase.objects.filter(
        workspace=workspace, last_call__day__gte=block.first, last_call__day__lt=block.end
    )
    told = {"caller": pl.String(), "last_call__public_id": pl.String(), "owner": pl.String(),
            "why_missed": pl.String(), "why_call__public_id": pl.String()}  # fmt: skip
    cases = bulk.frame_of(rows, told).rename(
        {
            "last_call__public_id": "last_call_id",
            "owner": "had_owner",
            "why_missed": "had",
            "why_call__public_id": "had_call",
        }
    )
    calls = derived.kept.select(
        "call_id", "verdict", "rang", "queue", "queued_at", "has_office", last_at="started_at"
    )
    cases = cases.join(calls, left_on="last_call_id", right_on="call_id").with_row_index("case")
    before = cases.select("case", talked_before=pl.lit(None, pl.String))
    now_is = why_missed(cases, before, around.people)
    differs = (
        (pl.col("why_missed").fill_null("") != pl.col("had"))
        | pl.col("why_call_id").ne_missing(pl.col("had_call"))
        | (pl.col("owner") != pl.col("had_owner"))
    )
    return set(now_is.filter(differs)["caller"])


def _calls(workspace: m.Workspace, callers: Collection[str]) -> pl.DataFrame:
    """All calls with these people, from them and to them, as _KNOWN."""
    frames = []
    for part in bulk.by_keys(sorted(callers)):
        of = m.Call.objects.filter(workspace=workspace)
        to = of.filter(called__in=part, direction="outbound")
        frames += [bulk.frame_of(of.filter(caller__in=part), _KNOWN), bulk.frame_of(to, _KNOWN)]
    return pl.concat(frames).unique("id", maintain_order=True)


def _as_judged(calls: pl.DataFrame, around: _Around) -> pl.DataFrame:
    """The calls as ``lost_callers`` takes them; who was rung is known for those of the window."""
    rung = around.calls.select("call_id", "rang", "has_office")
    empty = pl.lit([], dtype=pl.List(pl.String))
    told = calls.rename({"public_id": "call_id"}).join(rung, on="call_id", how="left")
    return told.with_columns(
        *(
            pl.when(pl.col(name) != "").then(name).alias(name)
            for name in ("caller", "called", "did", "agent", "queue")
        ),
        answered=pl.col("verdict") == "answered",
        rang=pl.col("rang").fill_null(empty),
        has_office=pl.col("has_office").fill_null(value=False),
    ).drop("recovery", "project_id", "id", "day")


def _tell_calls(calls: pl.DataFrame, links: pl.DataFrame) -> frozenset[int]:
    """Give each try the state of its case, and take it from calls that are no tries any more."""
    told = calls.select("id", "started_at", had="recovery", call_id="public_id").join(
        links.select("call_id", "recovery"), on="call_id", how="left"
    )
    told = told.with_columns(pl.col("recovery").fill_null(""))
    differ = told.filter(pl.col("recovery") != pl.col("had"))
    bulk.update(m.Call, differ.select("recovery", "id"))
    return frozenset(at // DAY_MS for at in differ["started_at"])


def _write_cases(
    workspace: m.Workspace,
    callers: Collection[str],
    cases: pl.DataFrame,
    ids: pl.DataFrame,
    around: _Around,
    now: int,
) -> list[int]:
    """Make the cases of these callers those that were derived; ids of all of them."""
    old = pl.concat(
        bulk.frame_of(m.LostCase.objects.filter(workspace=workspace, caller__in=part), _DERIVED)
        for part in bulk.by_keys(sorted(callers))
    )
    rows, unexplained = _kept_reasons(_case_rows(cases, ids), old, around, ids)
    mark_dirty(workspace.id, unexplained, (), now)
    same = rows.join(old.select("public_id", "id"), on="public_id", how="left")
    gone = old.join(rows.select("public_id"), on="public_id", how="anti")["id"].to_list()
    for part in bulk.by_keys(gone):
        m.LostCase.objects.filter(id__in=part).delete()
    bulk.update(m.LostCase, same.filter(pl.col("id").is_not_null()).select("id", *_CASE))
    new = same.filter(pl.col("id").is_null()).drop("id")
    bulk.insert(
        m.LostCase,
        new.with_columns(workspace_id=pl.lit(workspace.id), state="derived_state", attempts=pl.lit(0)),
    )
    found: list[int] = []
    for part in bulk.by_keys(rows["public_id"].to_list()):
        kept = m.LostCase.objects.filter(workspace=workspace, public_id__in=part)
        found += kept.values_list("id", flat=True)
    return found


def _case_rows(cases: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    """LOST_CALLERS as rows of ledger_lostcase, calls by key."""
    rows = cases.rename({"case_id": "public_id", "state": "derived_state"})
    rows = rows.join(
        ids.select(last_call_id="call_id", project_id="project_id"), on="last_call_id", how="left"
    )
    for name in ("first_call_id", "last_call_id", "recovered_call_id", "why_call_id"):
        keys = ids.select(pl.col("call_id").alias(name), pl.col("pk").alias(f"{name}_key"))
        rows = rows.join(keys, on=name, how="left").drop(name).rename({f"{name}_key": name})
    return rows.select(
        *(
            name if name not in ("owner", "why_missed", "line") else pl.col(name).fill_null("")
            for name in _CASE
        )
    )


def _kept_reasons(
    rows: pl.DataFrame, old: pl.DataFrame, around: _Around, ids: pl.DataFrame
) -> tuple[pl.DataFrame, list[int]]:
    """A case whose last try lies outside the block keeps the owner and reason found when its day was derived.

    Where nothing was found yet, because another try was the last one then, that day is to be derived again.
    """
    kept = around.calls.filter("kept").select("call_id").join(ids, on="call_id")["pk"]
    before = old.select(
        "public_id", "last_call_id", was_owner="owner", was_why="why_missed", was_call="why_call_id"
    )
    told = rows.join(before, on=["public_id", "last_call_id"], how="left", maintain_order="left")
    outside = ~pl.col("last_call_id").is_in(kept.to_list())
    known = pl.col("was_owner").is_not_null()
    # Whom the records of the moment name stays; whom the caller talked with before is known from all calls.
    named = pl.col("was_why").is_in(_NAMES_SOMEBODY)
    unexplained = told.filter(outside & ~known).join(ids.select("day", last_call_id="pk"), on="last_call_id")
    told = told.with_columns(
        owner=pl.when(outside & known & named).then("was_owner").otherwise("owner"),
        why_missed=pl.when(outside).then(pl.col("was_why").fill_null("")).otherwise("why_missed"),
        why_call_id=pl.when(outside).then("was_call").otherwise("why_call_id"),
    ).select(_CASE)
    return told, unexplained["day"].unique().to_list()
