"""From SOURCE_CALLS to what matching works on: canonical order, line codes, hidden callers, repeated tellings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from callwitness.domain.reconcile.columns import (
    CallColumns,
    Codes,
    Ints,
    Mask,
    frame_columns,
    number_key,
    sorted_by_start,
)
from callwitness.domain.reconcile.duplicates import repeats
from callwitness.domain.reconcile.forwarding import hidden_callers
from callwitness.domain.reconcile.witnesses import Telling
from callwitness.domain.rules import Rules, SourceInfo

_MATCHING_COLUMNS: Final = (
    "scall", "source", "native_call_id", "direction", "caller", "caller_key", "called", "did", "did_key", "trunk",
    "role", "started_at", "signal_answered_at", "ended_at", "precision_ms", "total_s", "talk_s", "human",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prepared:
    """The run's calls in canonical order, row by row, and what each source tells.

    order: names of the sources, reference first. source: index into order. line: code into line_texts (0 = unknown).
    original: row of the call that this row repeats, else -1. tells_lines: per source, whether it names lines.
    """

    frame: pl.DataFrame
    order: tuple[str, ...]
    roles: tuple[str, ...]
    source: npt.NDArray[np.int16]
    line: Codes
    line_texts: list[str]
    hidden: Mask
    original: Ints
    internal: Mask
    outbound: Mask
    tellings: tuple[Telling, ...]
    tells_lines: tuple[bool, ...]


def witness_order(sources: Sequence[SourceInfo]) -> list[SourceInfo]:
    """The reference first (a provider, else the first given), then offices, other providers, contractors."""
    providers = [s for s in sources if s.role == "provider"]
    reference = providers[0] if providers else sources[0]
    rank = {"office": 0, "provider": 1, "contractor": 2}
    rest = [s for s in sources if s is not reference]
    return [reference, *sorted(rest, key=lambda s: rank.get(s.role, 3))]


def prepare(calls: pl.DataFrame, sources: Sequence[SourceInfo], rules: Rules) -> Prepared:
    """Everything matching needs to know of the calls, before a clock is measured."""
    ordered = witness_order(sources)
    names = [s.name for s in ordered]
    frame = _canonical(calls, names)
    source = frame["source"].replace_strict(names, range(len(names)), return_dtype=pl.Int16).to_numpy()
    texts, line, tells = _lines(frame, source, names)
    internal = (frame["direction"] == "internal").fill_null(value=False).to_numpy()
    outbound = (frame["direction"] == "outbound").fill_null(value=False).to_numpy()
    members = [np.flatnonzero((source == k) & ~internal) for k in range(len(names))]
    columns = [frame_columns(frame[rows], pl.Series(line[rows])) for rows in members]
    hidden = _hide(frame, columns, members, outbound, ordered, rules, line, texts)
    line = _lines_of_hidden(frame, hidden, line, texts)
    original = np.full(frame.height, -1, np.int64)
    tellings = []
    for rows, told in zip(members, columns, strict=True):
        masked = replace(told, party=np.where(hidden[rows], 0, told.party), line=line[rows])
        masked, order = sorted_by_start(masked)
        rows = rows if order is None else rows[order]
        repeated = repeats(masked, int(rules.duplicate_window_s * 1000))
        again = np.flatnonzero(repeated >= 0)
        original[rows[again]] = rows[repeated[again]]
        first = np.flatnonzero(repeated < 0)
        tellings.append(Telling(rows[first], masked.take(first), outbound[rows[first]]))
    return Prepared(
        frame=frame,
        order=tuple(names),
        roles=tuple(s.role for s in ordered),
        source=source,
        line=line,
        line_texts=texts,
        hidden=hidden,
        original=original,
        internal=internal,
        outbound=outbound,
        tellings=tuple(tellings),
        tells_lines=tuple(tells),
    )


def _canonical(calls: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Matching columns in an order that does not depend on the order of the rows given."""
    rank = pl.col("source").replace_strict(names, range(len(names)), return_dtype=pl.Int16)
    by = ["started_at", "caller_key", "did_key", "total_s", "talk_s", "native_call_id", "scall"]
    began = pl.coalesce("started_at", "queued_at", "signal_answered_at", "agent_answered_at", "ended_at")
    return calls.with_columns(started_at=began).select(_MATCHING_COLUMNS).sort(rank, *by)


def _lines(
    frame: pl.DataFrame, source: npt.NDArray[np.int16], names: list[str]
) -> tuple[list[str], Codes, list[bool]]:
    """Texts of all lines (index = code, 0 = unknown), code of each row, and which sources name lines.

    A source names its lines by the number dialled, or, where it mostly does not know it, by the trunk.
    """
    text = pl.Series("line", [None] * frame.height, dtype=pl.String)
    tells = []
    inbound = (frame["direction"].fill_null("inbound") == "inbound").to_numpy()
    for k in range(len(names)):
        rows = np.flatnonzero(source == k)
        mine = frame[rows]
        heard = inbound[rows]
        shares = [
            float(mine[column].is_not_null().to_numpy()[heard].mean()) if heard.any() else 0.0
            for column in ("did", "trunk")
        ]
        column = "trunk" if shares[0] < 0.5 <= shares[1] else "did"
        tells.append(max(shares) >= 0.5)
        text = text.scatter(rows, mine[column])
    known = text.drop_nulls().unique().sort()
    codes = text.cast(pl.Enum(known)).to_physical().cast(pl.Int32) + 1
    return ["", *known.to_list()], codes.fill_null(0).to_numpy(), tells


def _hide(
    frame: pl.DataFrame,
    columns: list[CallColumns],
    members: list[Ints],
    outbound: Mask,
    ordered: list[SourceInfo],
    rules: Rules,
    line: Codes,
    texts: list[str],
) -> Mask:
    """Rows whose caller is hidden by forwarding."""
    own_texts = set(rules.own_numbers) | set(rules.number_map) | set(rules.number_map.values())
    for rows in members:
        own_texts |= {texts[code] for code in np.unique(line[rows[~outbound[rows]]]).tolist() if code}
    own = (
        pl.DataFrame({"n": sorted(own_texts)}, schema={"n": pl.String})
        .select(number_key(pl.col("n")))["n"]
        .to_numpy()
    )
    inbound = [np.flatnonzero(~outbound[rows]) for rows in members]
    parties = {s.name: c.party[i] for s, c, i in zip(ordered, columns, inbound, strict=True)}
    masks = hidden_callers(parties, own[own > 0])
    hidden = np.zeros(frame.height, bool)
    for source, rows, i in zip(ordered, members, inbound, strict=True):
        hidden[rows[i]] = masks[source.name]
    return hidden


def _lines_of_hidden(frame: pl.DataFrame, hidden: Mask, line: Codes, texts: list[str]) -> Codes:
    """Lines, where a caller hidden behind a virtual number tells which number was dialled: that one."""
    rows = np.flatnonzero(hidden)
    named = frame["caller"][rows].replace_strict(
        texts[1:], range(1, len(texts)), default=0, return_dtype=pl.Int32
    )
    told = named.fill_null(0).to_numpy()
    line = line.copy()
    line[rows] = np.where(told > 0, told, line[rows])
    return line
