"""From sources that are read to calls that are judged, and what follows from them: the order of the domain's steps.

``check`` takes both steps over everything it was given; the ledger takes them over a window of days and gives the
calls between the two steps the ids under which people know them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from callwitness.domain.assemble import assemble
from callwitness.domain.findings import find
from callwitness.domain.findings.clocks import Zones
from callwitness.domain.fold import unfolded
from callwitness.domain.lost import lost_callers
from callwitness.domain.reconcile import Reconciliation, reconcile
from callwitness.domain.recordings.tables import Recorded
from callwitness.domain.reliability import reliability
from callwitness.domain.rules import Rules, SourceInfo
from callwitness.domain.schema import CALL_TIMES, SOURCE_CALLS
from callwitness.domain.verdict import judge
from callwitness.services import clocks
from callwitness.services.presence import presence
from callwitness.services.reading import Progress, ReadSource
from callwitness.services.recorded import Listen, recorded_calls
from callwitness.services.tables import ResultTables, result_tables


@dataclass(frozen=True, slots=True)
class Told:
    """Calls of all sources (SOURCE_CALLS with ``group``, reference clock) and what really happened (judge's rows).

    own_times: ``scall, own_started_at, own_ended_at``, in the clock of the source that stated them. recorded: the
    recordings of these calls, None where nobody asked for them.
    """

    calls: pl.DataFrame
    own_times: pl.DataFrame
    judged: pl.DataFrame
    reconciliation: Reconciliation
    infos: tuple[SourceInfo, ...]
    recorded: Recorded | None = None


def judge_sources(
    sources: Sequence[ReadSource],
    rules: Rules,
    neutral: Collection[str],
    progress: Progress,
    listen: Listen | None = None,
) -> Told:
    """Assemble, reconcile, listen to recordings where there are any, judge.

    neutral: names or roles of sources without an interest.
    """
    infos = [
        SourceInfo(source.name, source.role, neutral=source.name in neutral or source.role in neutral)
        for source in sources
    ]
    progress("assemble", 0)
    calls = unfolded(_assemble(sources, infos), rules.zone)
    own_times = calls.select("scall", own_started_at="started_at", own_ended_at="ended_at")
    progress("reconcile", calls.height)
    reconciliation = reconcile(calls, infos, rules)
    calls = calls.join(reconciliation.groups, on="scall", how="left")
    recorded = None
    if listen is not None:
        recorded = recorded_calls(listen, calls, sources, reconciliation, rules.zone)
    calls = clocks.in_reference_clock(calls, reconciliation, CALL_TIMES)
    progress("judge", calls.height)
    judged = judge(calls, reconciliation, infos, rules, None if recorded is None else recorded.voices)
    return Told(calls, own_times, judged, reconciliation, tuple(infos), recorded)


def consequences(
    told: Told,
    judged: pl.DataFrame,
    sources: Sequence[ReadSource],
    rules: Rules,
    as_of: int,
    progress: Progress,
) -> ResultTables:
    """Lost callers, findings, reliability and legs of the judged calls. judged: some of told's, with ``call_id``."""
    legs = clocks.legs_of_calls(sources, told.calls, judged, told.reconciliation)
    cases, links = lost_callers(judged, presence(legs, sources, told.reconciliation), rules, as_of)
    judged = judged.join(links, on="call_id", how="left", maintain_order="left")
    progress("findings", judged.height)
    return result_tables(
        judged=judged,
        cases=cases,
        findings=findings_of(told, judged, sources, rules),
        reliability=reliability(judged, told.calls, told.reconciliation, told.infos, rules),
        ladder=legs,
        calls=told.calls,
        reconciliation=told.reconciliation,
        sources=sources,
        recorded=told.recorded,
    )


def findings_of(
    told: Told, judged: pl.DataFrame, sources: Sequence[ReadSource], rules: Rules
) -> pl.DataFrame:
    """FINDINGS about the judged calls and about the sources themselves."""
    return find(
        judged,
        told.calls,
        told.reconciliation,
        told.infos,
        rules,
        zones=_zones(sources),
        recorded=told.recorded,
    )


def _assemble(sources: Sequence[ReadSource], infos: Sequence[SourceInfo]) -> pl.DataFrame:
    """SOURCE_CALLS of all sources under each other, numbered through."""
    frames = [
        assemble(source.legs, source.records.select("rec", "name", "record_id"), info)
        for source, info in zip(sources, infos, strict=True)
    ]
    together = SOURCE_CALLS.concat(frames).with_columns(scall=pl.int_range(pl.len(), dtype=pl.Int64))
    ids = pl.concat(source.records.select("rec", "record_id") for source in sources)
    together = together.join(ids, on="rec", how="left", maintain_order="left")
    answers = ids.rename({"rec": "rec_answer", "record_id": "record_answer"})
    return together.join(answers, on="rec_answer", how="left", maintain_order="left")


def _zones(sources: Sequence[ReadSource]) -> Zones:
    """What the files themselves proved about the zones they were said to be in."""
    told = [(source.name, note) for source in sources for note in source.notes]
    return Zones(
        wrong={name: note.params for name, note in told if note.code == "zone_wrong"},
        proved=frozenset(
            name
            for name, note in told
            if note.code == "zone_wrong"
            or (note.code == "zone_found" and "uniqueid" in str(note.params.get("by")))
        ),
    )
