"""Recordings joined to the calls of a run: the sources' own records, legs and zones given to the domain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

import polars as pl

from callwitness.domain.reconcile import Reconciliation
from callwitness.domain.recordings import begin, tie, voices
from callwitness.domain.recordings.tables import RECORDINGS, Recorded
from callwitness.services import clocks
from callwitness.services.reading import ReadSource

Tie = Callable[[pl.DataFrame], tuple[pl.DataFrame, pl.DataFrame]]
"""RECORDINGS (facts may be missing) to ties and LOOSE, as ``domain.recordings.tie.tie`` gives them."""
Listen = Callable[[pl.DataFrame, Tie], pl.DataFrame]
"""Asked once the calls are known (SOURCE_CALLS with ``group``, own clocks): RECORDINGS with what was heard in them."""


def recorded_calls(
    listen: Listen,
    calls: pl.DataFrame,
    sources: Sequence[ReadSource],
    reconciliation: Reconciliation,
    zone: str,
) -> Recorded:
    """Listen and tie. calls: SOURCE_CALLS with ``group``, each in its source's own clock; zone: of the workspace."""
    records, zones = _records(sources), {source.name: _zone(source, zone) for source in sources}

    def tied(recordings: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        return tie.tie(recordings, calls, records, zones)

    recordings = RECORDINGS.conform(listen(calls, tied))
    found, loose = tied(recordings)
    ties = begin.begin(found, recordings, calls, _legs(sources))
    ties = clocks.in_reference_clock(ties, reconciliation, ["named_at", "begun_at"], source="tied_source")
    return Recorded(ties, loose, voices.voices(ties))


def _records(sources: Sequence[ReadSource]) -> pl.DataFrame:
    """``tie.NAMED`` of all sources; a leg may carry the name of its recording too."""
    frames = [pl.DataFrame(schema=tie.NAMED)]
    for source in sources:
        names = source.records.select("rec", "name")
        legs = source.legs.join(names, on="rec", how="left")
        frames += [
            frame.select(
                source=pl.lit(source.name),
                native=pl.coalesce("native_call_id", "name"),
                native_id="native_id",
                recording="recording",
            )
            for frame in (source.records, legs)
        ]
    return pl.concat(frames).unique(maintain_order=True)


def _legs(sources: Sequence[ReadSource]) -> pl.DataFrame:
    """``begin.LEGS`` of all sources."""
    frames = [pl.DataFrame(schema=begin.LEGS)]
    for source in sources:
        legs = source.legs.join(source.records.select("rec", "name"), on="rec", how="left")
        frames.append(
            legs.select(
                pl.lit(source.name).alias("source"),
                pl.coalesce("native_call_id", "name").alias("native"),
                "segment",
                "answered_at",
                "ended_at",
            )
        )
    return pl.concat(frames)


def _zone(source: ReadSource, usual: str) -> str:
    """The zone in which a source writes its local times: as found in its files, as said, or the workspace's."""
    for note in source.notes:
        found = note.params.get("zone") or note.params.get("looks_like")
        if note.code in ("zone_found", "zone_wrong") and isinstance(found, str) and _is_zone(found):
            return found
    return source.zone or usual


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
