"""``check``: files of one or more witnesses in; calls, lost callers, findings and a summary out. No database."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from callwitness.domain.assemble import assemble
from callwitness.domain.findings import find
from callwitness.domain.findings.clocks import Zones
from callwitness.domain.fold import unfolded
from callwitness.domain.lost import lost_callers
from callwitness.domain.reconcile import Reconciliation, reconcile
from callwitness.domain.reliability import reliability
from callwitness.domain.rules import Rules, SourceInfo
from callwitness.domain.schema import CALL_TIMES, SOURCE_CALLS
from callwitness.domain.verdict import judge
from callwitness.ingest.contract import Note, ReadOptions
from callwitness.services import clocks, period
from callwitness.services.arguments import SourceArgument
from callwitness.services.country import guess_country
from callwitness.services.evidence import SourceEvidence, gather
from callwitness.services.identity import with_call_ids
from callwitness.services.presence import presence
from callwitness.services.reading import Progress, ReadSource, read_source
from callwitness.services.tables import ResultTables, result_tables


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """What to check and by which rules. period: first and last day, both included, in ``rules.zone``."""

    arguments: Sequence[SourceArgument]
    rules: Rules = field(default_factory=Rules)
    read: Mapping[str, ReadOptions] = field(default_factory=dict)
    read_default: ReadOptions = field(default_factory=ReadOptions)
    neutral: frozenset[str] = frozenset({"provider"})
    passwords: Mapping[str, str] = field(default_factory=dict)
    period: tuple[str, str] | None = None
    as_of: int | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Everything a check found out, before it is written down."""

    tables: ResultTables
    sources: tuple[ReadSource, ...]
    evidence: tuple[SourceEvidence, ...]
    reconciliation: Reconciliation
    rules: Rules
    as_of: int
    period: tuple[str, str] | None


def silent(stage: str, done: int) -> None:
    """Progress for whoever does not want to know."""


def check(request: CheckRequest, progress: Progress = silent, workdir: Path | None = None) -> CheckResult:
    """Run a check. Raises ``UsageError`` or ``UnreadableEvidence`` before anything is judged.

    workdir: where archives are unpacked; by default a folder that is gone afterwards.
    """
    if workdir is not None:
        return _check(request, progress, workdir)
    with tempfile.TemporaryDirectory(prefix="callwitness-") as folder:
        return _check(request, progress, Path(folder))


def _check(request: CheckRequest, progress: Progress, workdir: Path) -> CheckResult:
    evidence = gather(request.arguments, workdir, request.passwords)
    sources = _read(evidence, _with_country(request, evidence), progress)
    infos = [_info(source, request.neutral) for source in sources]
    progress("assemble", 0)
    calls = unfolded(_assemble(sources, infos), request.rules.zone)
    progress("reconcile", calls.height)
    reconciliation = reconcile(calls, infos, request.rules)
    calls = calls.join(reconciliation.groups, on="scall", how="left")
    calls = clocks.in_reference_clock(calls, reconciliation, CALL_TIMES)
    progress("judge", calls.height)
    judged = with_call_ids(judge(calls, reconciliation, infos, request.rules), calls)
    judged = period.within(judged, request.period, request.rules.zone)
    as_of = request.as_of if request.as_of is not None else _end(judged)
    legs = clocks.legs_of_calls(sources, calls, judged, reconciliation)
    cases, links = lost_callers(judged, presence(legs, sources, reconciliation), request.rules, as_of)
    judged = judged.join(links, on="call_id", how="left", maintain_order="left")
    progress("findings", judged.height)
    findings = find(judged, calls, reconciliation, infos, request.rules, zones=_zones(sources))
    weeks = reliability(judged, calls, reconciliation, infos, request.rules)
    tables = result_tables(
        judged=judged,
        cases=cases,
        findings=findings,
        reliability=weeks,
        ladder=legs,
        calls=calls,
        reconciliation=reconciliation,
        sources=sources,
    )
    return CheckResult(
        tables, tuple(sources), tuple(evidence), reconciliation, request.rules, as_of, request.period
    )


def _with_country(request: CheckRequest, evidence: list[SourceEvidence]) -> CheckRequest:
    """The request with the country of national numbers, guessed and noted where nobody has said it."""
    if request.read_default.numbers.country is not None:
        return request
    country = guess_country(evidence)
    if country is None:
        return request
    evidence[0].notes.append(Note("country_guessed", {"country": country}))

    def known(options: ReadOptions) -> ReadOptions:
        return replace(options, numbers=replace(options.numbers, country=country))

    read = {name: known(options) for name, options in request.read.items()}
    return replace(request, read=read, read_default=known(request.read_default))


def _read(evidence: list[SourceEvidence], request: CheckRequest, progress: Progress) -> list[ReadSource]:
    sources: list[ReadSource] = []
    for source in evidence:
        first = sum(done.records.height for done in sources)
        options = request.read.get(source.name, request.read_default)
        sources.append(read_source(source, options, first, progress))
    return sources


def _info(source: ReadSource, neutral: frozenset[str]) -> SourceInfo:
    return SourceInfo(source.name, source.role, neutral=source.name in neutral or source.role in neutral)


def _assemble(sources: list[ReadSource], infos: list[SourceInfo]) -> pl.DataFrame:
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


def _zones(sources: list[ReadSource]) -> Zones:
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


def _end(judged: pl.DataFrame) -> int:
    last = judged.select(pl.max_horizontal("started_at", "ended_at").max()).item()
    return int(last) if last is not None else 0
