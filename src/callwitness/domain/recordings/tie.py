"""Which call a recording is of.

By what is surest: what is known already; the name that a source's records carry; an id of the call inside the file's
name; a telephone number and a moment inside it. Where two calls are possible nothing is guessed. The time stamp of a
file is no evidence: copying changes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import polars as pl

from callwitness.domain.recordings.names import Said, number_key, read_name
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

_NEAR_MS: Final = 3_000
_SLACK_MS: Final = 5_000
_HOUR_MS: Final = 3_600_000
_LONGEST_CALL_H: Final = 48
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
    moments = _moments(said, sorted(zones), zones)
    open_ = recordings.select("recording", only="source")
    among = pl.DataFrame(schema={"recording": pl.String(), "group": pl.Int64()})
    tied: list[pl.DataFrame] = []
    rules: tuple[Callable[[], pl.DataFrame], ...] = (
        lambda: _told(recordings, natives),
        lambda: _named(said, records, natives),
        lambda: _by_id(said, records, natives),
        lambda: _by_number(said, moments, calls),
    )
    for rule in rules:
        found = rule().join(open_, on="recording")
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


def _moments(said: Mapping[str, Said], sources: list[str], zones: Mapping[str, str]) -> pl.DataFrame:
    """``recording, source, at, step_ms``: the moment in each name, by the clock and zone of each source (ms UTC)."""
    schema = {"recording": pl.String(), "wall": pl.Int64(), "epoch": pl.Int64(), "step_ms": pl.Int64()}
    rows = [
        (key, one.wall, one.epoch, one.step_ms)
        for key, one in said.items()
        if one.wall is not None or one.epoch is not None
    ]
    told = pl.DataFrame(rows, schema=schema, orient="row")
    frames = []
    for source in sources:
        local = pl.col("wall").cast(pl.Datetime("ms"))
        utc = local.dt.replace_time_zone(zones[source], ambiguous="earliest", non_existent="null")
        at = pl.coalesce(utc.dt.epoch("ms"), "epoch")
        frames.append(told.select("recording", pl.lit(source).alias("source"), at.alias("at"), "step_ms"))
    empty = {"recording": pl.String(), "source": pl.String(), "at": pl.Int64(), "step_ms": pl.Int64()}
    return pl.concat([pl.DataFrame(schema=empty), *frames])


def _by_number(said: Mapping[str, Said], moments: pl.DataFrame, calls: pl.DataFrame) -> pl.DataFrame:
    """A number of the call stands in the name, and the moment beside it lies in the call.

    The outside party's number decides; where none is known, our own numbers do if the moment is one at which recordings
    begin: the start, the queue, an answer. The same caller twice: the call at such a moment.
    """
    keys = pl.DataFrame(
        [(key, number) for key, one in said.items() for number in one.keys],
        schema={"recording": pl.String(), "key": pl.String()},
        orient="row",
    )
    wanted = moments.drop_nulls("at").with_columns(hour=pl.col("at") // _HOUR_MS)
    running = _by_hour(calls).join(
        wanted.select("source", "hour").unique(), on=["source", "hour"], how="semi"
    )
    found = []
    for outside in (True, False):
        numbers = _numbers(calls, outside=outside)
        near = running.join(numbers, on="scall").join(wanted, on=["source", "hour"])
        near = near.join(keys, on=["recording", "key"], how="semi")
        begins = [
            (pl.col("at") - pl.col(column)).abs()
            for column in ("started_at", "queued_at", "signal_answered_at", "agent_answered_at")
        ]
        slack = _SLACK_MS + pl.col("step_ms") - 1000
        inside = pl.col("at").is_between(pl.col("started_at") - slack, pl.col("until") + slack)
        near = near.filter(inside).with_columns(
            apart=(pl.min_horizontal(begins) - (pl.col("step_ms") - 1000)).clip(lower_bound=0)
        )
        at_begin = pl.col("apart") <= _NEAR_MS
        several = pl.col("group").n_unique().over("recording") > 1
        kept = near.filter(at_begin | ~several) if outside else near.filter(at_begin)
        lost = near.join(kept, on="recording", how="anti")
        found.append(pl.concat([kept, lost]) if outside else kept)
    by_party, by_line = found
    both = pl.concat([by_party, by_line.join(by_party, on="recording", how="anti")])
    return _candidates(both, "number_and_time")


def _by_hour(calls: pl.DataFrame) -> pl.DataFrame:
    """Every source call in each hour it touches."""
    until = pl.max_horizontal("started_at", "ended_at", "agent_answered_at")
    timed = calls.with_columns(until=until).filter(pl.col("started_at").is_not_null())
    first = (pl.col("started_at") - _SLACK_MS) // _HOUR_MS
    last = pl.min_horizontal((pl.col("until") + _SLACK_MS) // _HOUR_MS, first + _LONGEST_CALL_H)
    columns = ["scall", "source", "tied_source", "group", "role_rank", "started_at", "queued_at", "signal_answered_at",
               "agent_answered_at", "until"]  # fmt: skip
    return timed.select(*columns, hour=pl.int_ranges(first, last + 1, dtype=pl.Int64)).explode("hour")


def _numbers(calls: pl.DataFrame, *, outside: bool) -> pl.DataFrame:
    """``scall, key``: numbers of the outside party, or our own numbers in the call."""
    outbound = pl.col("direction") == "outbound"
    party = [pl.when(outbound).then("called").otherwise("caller"), pl.when(~outbound).then("caller_raw")]
    ours = [pl.when(outbound).then("caller").otherwise("called"), pl.col("did"), pl.col("trunk")]
    lists = pl.concat_list(party if outside else ours)
    rows = calls.select("scall", number=lists).explode("number").drop_nulls()
    digits = rows.with_columns(pl.col("number").str.replace_all(r"\D", "")).filter(pl.col("number") != "")
    names = {text: number_key(text) for text in digits["number"].unique().to_list()}
    return digits.select("scall", key=pl.col("number").replace_strict(names, return_dtype=pl.String)).unique(
        maintain_order=True
    )
