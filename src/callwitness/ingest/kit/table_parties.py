"""Who called whom, in a table that may name caller and called, or the client and the own number."""

from __future__ import annotations

import polars as pl

from callwitness.ingest.contract import ReadOptions
from callwitness.ingest.kit import call_words
from callwitness.ingest.kit.numbers import normalise
from callwitness.ingest.kit.phone_cells import phone_text


def read_parties(cells: dict[str, pl.Series], options: ReadOptions) -> pl.DataFrame:
    """Who called whom: cells ``direction, caller, client, called, did, extension`` to columns of RECORDS.

    ``client`` is the other side whichever way the call went; without a direction a row is read as inbound.
    """
    length = len(next(iter(cells.values())))
    nothing = pl.Series([None] * length, dtype=pl.String)
    way = call_words.read_directions(cells["direction"]) if "direction" in cells else nothing
    raw = {name: cells.get(name, nothing) for name in ("caller", "client", "called", "did")}
    frame = pl.DataFrame({**raw, "way": way})
    out = pl.col("way") == "outbound"
    raws = frame.select(
        caller=pl.when(out).then(pl.coalesce("caller", "did")).otherwise(pl.coalesce("caller", "client")),
        called=pl.when(out).then(pl.coalesce("called", "client")).otherwise(pl.coalesce("called", "did")),
        did=pl.when(out | (pl.col("way") == "internal"))
        .then(pl.col("did"))
        .otherwise(pl.coalesce("did", "called")),
        way="way",
    )
    caller, called, did = (
        normalise(phone_text(raws[name]), options.numbers) for name in ("caller", "called", "did")
    )
    inner = called["kind"] == "extension"
    stated = cells.get("extension", nothing)
    is_line = ~did["kind"].is_in(["extension", "withheld"])
    return pl.DataFrame({
        "direction": _direction(raws["way"], caller["number"], called["number"], options.own_numbers),
        "caller_raw": raws["caller"], "caller": caller["number"], "caller_key": caller["key"],
        "caller_kind": caller["kind"].replace("other", "number"),
        "called_raw": raws["called"], "called": called["number"],
        "did": did["number"].set(~is_line, None), "did_key": did["key"].set(~is_line, 0),
        "extension": stated.fill_null(called["number"].set(~inner, None)),
    })  # fmt: skip


def _direction(way: pl.Series, caller: pl.Series, called: pl.Series, own: frozenset[str]) -> pl.Series:
    if not own:
        return way
    ours = list(own)
    seen = pl.select(
        pl.when(caller.is_in(ours)).then(pl.lit("outbound")).when(called.is_in(ours)).then(pl.lit("inbound"))
    ).to_series()
    return way.fill_null(seen)
