"""``check``: files of one or more witnesses in; calls, lost callers, findings and a summary out. No database."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from callwitness.domain.reconcile import Reconciliation
from callwitness.domain.rules import Rules
from callwitness.ingest.contract import Note, ReadOptions
from callwitness.services import period
from callwitness.services.arguments import SourceArgument
from callwitness.services.country import guess_country
from callwitness.services.evidence import SourceEvidence, gather
from callwitness.services.identity import with_call_ids
from callwitness.services.judging import consequences, judge_sources
from callwitness.services.reading import Progress, ReadSource, read_source
from callwitness.services.tables import ResultTables

if TYPE_CHECKING:
    from callwitness.audio.heard import Heard
    from callwitness.services.hearing_of_calls import FolderOfRecordings


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """What to check and by which rules. period: first and last day, both included, in ``rules.zone``.

    recordings: a folder of recordings to listen to.
    """

    arguments: Sequence[SourceArgument]
    rules: Rules = field(default_factory=Rules)
    read: Mapping[str, ReadOptions] = field(default_factory=dict)
    read_default: ReadOptions = field(default_factory=ReadOptions)
    neutral: frozenset[str] = frozenset({"provider"})
    passwords: Mapping[str, str] = field(default_factory=dict)
    period: tuple[str, str] | None = None
    as_of: int | None = None
    recordings: Path | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Everything a check found out, before it is written down. heard: facts of recordings by their names; notes: on them."""

    tables: ResultTables
    sources: tuple[ReadSource, ...]
    evidence: tuple[SourceEvidence, ...]
    reconciliation: Reconciliation
    rules: Rules
    as_of: int
    period: tuple[str, str] | None
    heard: Mapping[str, Heard] = field(default_factory=dict)
    notes: Sequence[Note] = ()


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
    recordings = None if request.recordings is None else _recordings(request.recordings, progress)
    evidence = gather(request.arguments, workdir, request.passwords)
    sources = _read(evidence, _with_country(request, evidence), progress)
    told = judge_sources(sources, request.rules, request.neutral, progress, recordings)
    judged = with_call_ids(told.judged, told.calls)
    judged = period.within(judged, request.period, request.rules.zone)
    as_of = request.as_of if request.as_of is not None else _end(judged)
    tables = consequences(told, judged, sources, request.rules, as_of, progress)
    return CheckResult(
        tables,
        tuple(sources),
        tuple(evidence),
        told.reconciliation,
        request.rules,
        as_of,
        request.period,
        {} if recordings is None else recordings.heard,
        () if recordings is None else tuple(recordings.notes),
    )


def _recordings(folder: Path, progress: Progress) -> FolderOfRecordings:
    from callwitness.services.hearing_of_calls import FolderOfRecordings  # noqa: PLC0415 needs the extra audio

    return FolderOfRecordings(folder, progress)


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


def _end(judged: pl.DataFrame) -> int:
    last = judged.select(pl.max_horizontal("started_at", "ended_at").max()).item()
    return int(last) if last is not None else 0
