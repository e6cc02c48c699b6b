"""Writes down how the calls of a block differ from those that are known: new, changed, gone, moved."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from callwitness.ledger import bulk
from callwitness.ledger import models as m
from callwitness.services.derive.rows import COLUMNS, CallRows, call_rows
from callwitness.services.derive.versions import write_versions
from callwitness.services.derive.window import Derived, Known
from callwitness.services.derive.windows import DAY_MS, Block


@dataclass(frozen=True, slots=True)
class Written:
    """What was written. ids: ``call_id, pk`` of all calls of the block; days: UTC days on which changed calls start.

    callers: numbers of callers whose calls are new, changed or gone.
    """

    ids: pl.DataFrame
    days: frozenset[int]
    callers: frozenset[str]


def write_calls(
    workspace: m.Workspace, block: Block, derived: Derived, known: Known, evidence: Collection[int], now: int
) -> Written:
    """Inside a transaction: make the ledger's calls of the block those that were derived."""
    rows = call_rows(workspace, derived)
    before = known.calls.select(
        "id",
        "version",
        was="content",
        was_day="day",
        was_at="started_at",
        was_caller="caller",
        was_called="called",
    )
    calls = rows.calls.join(before, left_on="pk", right_on="id", how="left", maintain_order="left")
    new = calls.filter(pl.col("pk").is_null())
    differs = (pl.col("content") != pl.col("was")) | (pl.col("day") != pl.col("was_day"))
    changed = calls.filter(pl.col("pk").is_not_null() & differs)
    told = write_versions(changed, evidence, now)
    changed = changed.with_columns(version=pl.col("version") + pl.col("pk").is_in(told).cast(pl.Int64))
    _insert(workspace, new)
    bulk.update(m.Call, changed.select("content", "version", *COLUMNS, id="pk"))
    ids = _ids(workspace, block)
    _write_parts(
        rows, pl.concat([new, changed]).select("call_id").join(ids, on="call_id"), changed["pk"].to_list()
    )
    gone = _gone(known, block, derived)
    _remove(workspace, gone, now)
    if not (new.is_empty() and changed.is_empty()):
        _reattach_comments(workspace, changed["pk"].to_list())
    return Written(ids, _days(new, changed, gone), _callers(new, changed, gone))


def _insert(workspace: m.Workspace, new: pl.DataFrame) -> None:
    for names in bulk.by_keys(new["call_id"].to_list()):
        m.CallAlias.objects.filter(workspace=workspace, public_id__in=names).delete()
    bulk.insert(
        m.Call,
        new.select(
            "content",
            *COLUMNS,
            workspace_id=pl.lit(workspace.id),
            public_id="call_id",
            version=pl.lit(1),
            recovery=pl.lit(""),
            findings=pl.lit(0),
            finding_kinds=pl.lit("[]"),
            recorded=pl.lit(value=False),
        ),
    )


def _ids(workspace: m.Workspace, block: Block) -> pl.DataFrame:
    calls = m.Call.objects.filter(workspace=workspace, day__gte=block.first, day__lt=block.end)
    found = bulk.frame_of(calls, {"public_id": pl.String(), "id": pl.Int64()})
    return found.rename({"public_id": "call_id", "id": "pk"})


def _write_parts(rows: CallRows, touched: pl.DataFrame, changed: Collection[int]) -> None:
    """Witnesses, legs and people of new and changed calls. touched: ``call_id, pk``; changed: had some before."""
    for model in (m.Witness, m.Ladder, m.CallAgent):
        bulk.delete(model, changed, key="call_id")

    def of(frame: pl.DataFrame) -> pl.DataFrame:
        return touched.join(frame, on="call_id").drop("call_id").rename({"pk": "call_id"})

    bulk.insert(m.Witness, of(rows.witnesses))
    bulk.insert(m.Ladder, of(rows.ladders))
    bulk.insert(m.CallAgent, of(rows.people))


def _gone(known: Known, block: Block, derived: Derived) -> pl.DataFrame:
    """Known calls of the block that are no calls any more; those that moved to another block are told so instead."""
    stay = derived.calls.filter(pl.col("pk").is_not_null())
    moved = stay.filter(~pl.col("kept")).select("pk", "day")
    mine = known.within(block)
    moved = moved.join(mine.select("id"), left_on="pk", right_on="id").select(id="pk", day="day")
    bulk.update(m.Call, moved)
    return mine.join(stay.select("pk"), left_on="id", right_on="pk", how="anti")


def _remove(workspace: m.Workspace, gone: pl.DataFrame, now: int) -> None:
    """Delete calls; their ids lead to the call that now holds what they hung on."""
    if gone.is_empty():
        return
    heirs = _heirs(gone)
    for keys in bulk.by_keys(gone["id"].to_list()):
        m.CallAlias.objects.filter(call_id__in=[key for key in keys if key not in heirs]).delete()
        for alias in m.CallAlias.objects.filter(call_id__in=keys):
            alias.call_id = heirs[alias.call_id]
            alias.save(update_fields=["call"])
        m.Call.objects.filter(id__in=keys).delete()
    names = dict(gone.select("id", "public_id").iter_rows())
    m.CallAlias.objects.bulk_create(
        (
            m.CallAlias(workspace=workspace, public_id=names[old], call_id=heir, since=now)
            for old, heir in heirs.items()
        ),
        ignore_conflicts=True,
    )


def _heirs(gone: pl.DataFrame) -> dict[int, int]:
    """Id of a gone call to that of the call in which its anchor stands now."""
    heirs: dict[int, int] = {}
    going = set(gone["id"].to_list())
    for (source,), part in gone.group_by(["anchor_source_id"]):
        natives = dict(part.select("anchor_native_id", "id").iter_rows())
        found = _holders(int(str(source)), list(natives))
        heirs |= {natives[native]: call for native, call in found if call not in going}
    return heirs


def _holders(source: int, natives: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Ids that a source has for its calls, and the calls that hold them."""
    for keys in bulk.by_keys(natives):
        rows = m.Witness.objects.filter(source_id=source, native_call_id__in=keys)
        yield from rows.values_list("native_call_id", "call_id")


def _reattach_comments(workspace: m.Workspace, changed: Sequence[int]) -> None:
    """Comments stand at the call that holds the source call they were made on. changed: calls that may hold others now."""
    comments = list(m.Comment.objects.filter(call=None, anchor_source__workspace=workspace))
    for keys in bulk.by_keys(changed):
        comments += m.Comment.objects.filter(call__in=keys)
    of: dict[int, dict[str, int]] = {}
    for source in {comment.anchor_source_id for comment in comments}:
        natives = {comment.anchor_native_id for comment in comments if comment.anchor_source_id == source}
        of[source] = dict(_holders(source, sorted(natives)))
    for comment in comments:
        call = of[comment.anchor_source_id].get(comment.anchor_native_id)
        if call is not None and call != comment.call_id:
            comment.call_id = call
            comment.save(update_fields=["call"])


def _days(new: pl.DataFrame, changed: pl.DataFrame, gone: pl.DataFrame) -> frozenset[int]:
    at = [*new["started_at"], *changed["started_at"], *changed["was_at"], *gone["started_at"]]
    return frozenset(moment // DAY_MS for moment in at)


def _callers(new: pl.DataFrame, changed: pl.DataFrame, gone: pl.DataFrame) -> frozenset[str]:
    numbers = [*new["caller"], *new["called"], *changed["caller"], *changed["called"], *changed["was_caller"],
               *changed["was_called"], *gone["caller"], *gone["called"]]  # fmt: skip
    return frozenset(number for number in numbers if number)
