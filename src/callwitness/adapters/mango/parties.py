"""One side of a leg: a number, or where a SIP address stands instead of one, the extension."""

from __future__ import annotations

import polars as pl

from callwitness.ingest.contract import NumberPlan
from callwitness.ingest.kit.numbers import normalise


def party(numbers: pl.Series, extensions: pl.Series, plan: NumberPlan) -> pl.DataFrame:
    """``raw``, ``number``, ``key``, ``kind`` (number | withheld | extension) of the sides of some legs."""
    stated = normalise(numbers, plan)
    inside = normalise(extensions, plan)
    use = (stated["key"] == 0) & extensions.is_not_null()
    return pl.DataFrame({
        "raw": numbers.zip_with(numbers.is_not_null(), extensions),
        **{name: stated[name].zip_with(~use, inside[name]) for name in ("number", "key")},
        "kind": pl.select(pl.when(use).then(pl.lit("extension")).otherwise(stated["kind"].replace("other", "number"))).to_series(),
    })  # fmt: skip
