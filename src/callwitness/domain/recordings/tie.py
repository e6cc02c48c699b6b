"""Which call a recording is of.

By what is surest: what is known already; the name that a source's records carry; an id of the call inside the file's
name; a telephone number and a moment inside it. Where two calls are possible nothing is guessed. The time stamp of a
file is no evidence: copying changes it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Final

import polars as pl

from callwitness.domain.recordings import by_number
from callwitness.domain.recordings.names import Said, read_name
from callwitness.domain.recordings.tables import LOOSE, RECORDINGS

ROLE_ORDER: Final = {"office": 0, "contractor": 1, "provider": 2}
"""Whose call a recording is rather: exchanges and contractors record, providers seldom."""

NAMED: Final = {
    "source": pl.String(),
    "native": pl.String(),
    "native_id": pl.String(),
    "recording": pl.String(),
}
"""Records as ``tie`` takes them: call as the source names it (its id, else file:row), leg, name of the recording."""

_CANDIDATES: Final = {
    "recording": pl.String(),
    "scall": pl.Int64(),
    "tied_source": pl.String(),
    "group": pl.Int64(),
    "role_rank": pl.Int8(),
    "apart": pl.Int64(),
    "rule": pl.String(),
}


def tie(
    recordings: pl.DataFrame, calls: pl.DataFrame, records: pl.DataFrame, zones: Mapping[str, str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``recording, scall, tied_source, group, rule, named_at`` of those tied, and LOOSE.

    recordings: RECORDINGS; calls: SOURCE_CALLS with ``group``, each in its source's own clock; records: NAMED.
    zones: IANA zone of each source, for local times in names.
    """
    recordings = RECORDINGS.conform(recordings)
    said = {row[0]: read_name(row[1] or row[0]) for row in recordings.select("recording", "name").iter_rows()}
    calls = calls.filter(pl.col("group").is_not_null()).with_columns(
        role_rank=pl.col("role").replace_strict(ROLE_ORDER, default=9, return_dtype=pl.Int8),
        tied_source=pl.col("source"),
    )
    natives = _natives(calls)
    moments = by_number.moments(said, zones)
    open_ = recordings.select("recording", only="source")
    among = pl.DataFrame(schema={"recording": pl.String(), "group": pl.Int64()})
    tied: list[pl.DataFrame] = []
    rules: tuple[Callable[[Collection[str]], pl.DataFrame], ...] = (
        lambda _: _told(recordings, natives),
        lambda _: _named(said, records, natives),
        lambda _: _by_id(said, records, natives),
        lambda left: _candidates(by_number.outside_party(said, moments, calls, left), "number_and_time"),
        lambda left: _candidates(by_number.own_number(said, moments, calls, left), "number_and_time"),
    )
    for rule in rules:
        found = rule(open_["recording"].to_list()).join(open_, on="recording")
        found = found.filter(pl.col("only").is_null() | (pl.col("only") == pl.col("tied_source")))
        found = _within(found, among)
        sure = found.filter(pl.col("group").n_unique().over("recording") == 1)
        tied.append(_best(sure))
        open_ = open_.join(sure, on="recording", how="anti")
        doubtful = found.join(sure, on="recording", how="anti").select("recording", "group").unique()
        among = pl.concat([among.join(doubtful, on="recording", how="anti"), doubtful])
    together = pl.concat(tied).join(
        moments.rename({"at": "named_at"}).drop("step_ms"),
        left_on=["recording", "tied_source"],
        right_on=["recording", "source"],
        how="left",
    )
    return together.sort("recording"), _loose(recordings, open_, among)


def _within(found: pl.DataFrame, among: pl.DataFrame) -> pl.DataFrame:
    """Candidates; of recordings that a better rule left in doubt only those which that rule allows."""
    free = found.join(among, on="recording", how="anti")
    return pl.concat([free, found.join(among, on=["recording", "group"], how="semi")])


def _best(sure: pl.DataFrame) -> pl.DataFrame:
    """One source call per recording: several sources may tell the same real call."""
    ordered = sure.sort("recording", "role_rank", "apart", "tied_source", "scall", nulls_last=True)
    first = ordered.unique("recording", keep="first", maintain_order=True)
    return first.select("recording", "scall", "tied_source", "group", "rule")


def _loose(recordings: pl.DataFrame, left: pl.DataFrame, among: pl.DataFrame) -> pl.DataFrame:
    groups = among.group_by("recording").agg(groups=pl.col("group").unique().sort())
    loose = recordings.join(left, on="recording", how="semi").join(groups, on="recording", how="left")
    loose = loose.with_columns(pl.col("groups").fill_null([])).drop("source", "native_call_id")
    return LOOSE.conform(loose.sort("recording"))


def _natives(calls: pl.DataFrame) -> pl.DataFrame:
    """``native, scall, tied_source, group, role_rank``: the source call of every id a source has."""
    ids = calls.select(
        "scall", "tied_source", "group", "role_rank", native=pl.concat_list("native_call_id", "native_ids")
    ).explode("native")
    return ids.unique(["tied_source", "native", "scall"], maintain_order=True)


def _candidates(found: pl.DataFrame, rule: str) -> pl.DataFrame:
    apart = pl.col("apart") if "apart" in found.columns else pl.lit(0, dtype=pl.Int64)
    told = found.with_columns(apart=apart, rule=pl.lit(rule)).unique(
        ["recording", "scall"], maintain_order=True
    )
    return told.select(pl.col(name).cast(dtype) for name, dtype in _CANDIDATES.items())


def _told(recordings: pl.DataFrame, natives: pl.DataFrame) -> pl.DataFrame:
    known = recordings.select("recording", tied_source="source", native="native_call_id").drop_nulls()
    return _candidates(known.join(natives, on=["tied_source", "native"]), "told")


def _named(said: Mapping[str, Said], records: pl.DataFrame, natives: pl.DataFrame) -> pl.DataFrame:
    """A record of the call carries the recording's name; of several names in one cell each counts."""
    stems = pl.DataFrame(
        [(key, one.stem) for key, one in said.items() if one.stem],
        schema={"recording": pl.String(), "stem": pl.String()},
        orient="row",
    )
    whole = pl.col("recording")
    carried = records.filter(whole.is_not_null()).select(
        "native",
        tied_source="source",
        name=pl.concat_list(whole, whole.str.strip_chars("[] ").str.split(",")),
    )
    carried = carried.explode("name").with_columns(stem=_stem("name")).unique(maintain_order=True)
    found = stems.join(carried, on="stem").join(natives, on=["tied_source", "native"])
    return _candidates(found, "named")


def _stem(column: str) -> pl.Expr:
    """``names.stem`` over a column."""
    last = pl.col(column).str.replace(r"[?#].*$", "").str.extract(r"([^/\\]*)$")
    ending = last.str.extract(r"\.([0-9A-Za-z]{1,5})$")
    bare = last.str.replace(r"\.[0-9A-Za-z]{1,5}$", "")
    return pl.when(ending.str.contains(r"[A-Za-z]")).then(bare).otherwise(last)


def _by_id(said: Mapping[str, Said], records: pl.DataFrame, natives: pl.DataFrame) -> pl.DataFrame:
    """An id of the call, or of one of its legs, stands in the name."""
    parts = pl.DataFrame(
        [(key, part) for key, one in said.items() for part in one.ids],
        schema={"recording": pl.String(), "part": pl.String()},
        orient="row",
    )
    legs = records.filter(pl.col("native_id").is_not_null()).select(
        "native", tied_source="source", part=pl.col("native_id").str.replace(r"#\d+$", "")
    )
    legs = legs.join(parts.select("part").unique(), on="part", how="semi").unique(maintain_order=True)
    by_leg = parts.join(legs, on="part").join(natives, on=["tied_source", "native"])
    whole = parts.join(natives, left_on="part", right_on="native")
    columns = ["recording", "scall", "tied_source", "group", "role_rank"]
    return _candidates(pl.concat([whole.select(columns), by_leg.select(columns)]), "id")
