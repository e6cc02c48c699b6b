"""Phone numbers as sources write them, read into one form: text for people, an integer for joining.

A number that is possible anywhere (length and country code; assigned or not) becomes ``+E164``. What is not one
stays the digits that stood there: an extension, a short service number, a feature code. Withheld callers and the
placeholders that exchanges write for them have no number at all, so they can never equal each other.

The key of an E.164 number is its digits, a positive integer. Everything else has a negative key that keeps leading
zeros, so extension 100 never equals a long number and 007 is not 7. 0 means: no number.

Most rows have one of a few shapes (digits, plus, blanks, brackets, dashes). These are read in whole columns;
``phonenumbers`` and the odd forms run once per distinct text.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from callwitness.ingest.contract import NumberPlan
from callwitness.ingest.kit.number_forms import Reading, read_number

Kind = Literal["number", "withheld", "extension", "other"]

READ_SCHEMA: Final = {"number": pl.String(), "key": pl.Int64(), "kind": pl.String()}


class _Shape(NamedTuple):
    """Digits of one length between two bounds that are E.164 after adding a constant."""

    length: int
    low: int
    high: int
    add: int
    needs_plus: bool = False
    forbids_plus: bool = False


_INTERNATIONAL: Final = (
    _Shape(11, 73_000_000_000, 77_999_999_999, 0, needs_plus=True),
    _Shape(11, 79_000_000_000, 79_999_999_999, 0, needs_plus=True),
    _Shape(12, 380_300_000_000, 380_999_999_999, 0, needs_plus=True),
)
_RUSSIAN: Final = (
    _Shape(11, 73_000_000_000, 77_999_999_999, 0),
    _Shape(11, 79_000_000_000, 79_999_999_999, 0),
    _Shape(11, 83_000_000_000, 87_999_999_999, -10_000_000_000, forbids_plus=True),
    _Shape(11, 89_000_000_000, 89_999_999_999, -10_000_000_000, forbids_plus=True),
    _Shape(10, 3_000_000_000, 6_999_999_999, 70_000_000_000, forbids_plus=True),
    _Shape(10, 9_000_000_000, 9_999_999_999, 70_000_000_000, forbids_plus=True),
)
_UKRAINIAN: Final = (
    _Shape(12, 380_300_000_000, 380_999_999_999, 0),
    _Shape(10, 300_000_000, 999_999_999, 380_000_000_000, forbids_plus=True),
)
_SHAPES: Final = {"RU": _RUSSIAN, "KZ": _RUSSIAN, "UA": _UKRAINIAN}

_FEW_DISTINCT: Final = 2_000
_SAMPLE: Final = 20_000
_BLOCK: Final = 32_768


def normalise(raw: pl.Series, plan: NumberPlan) -> pl.DataFrame:
    """Texts to ``number`` (+E164, else bare digits, null if withheld), ``key`` (Int64, 0 = none) and ``kind``.

    Row by row with ``raw``. kind: number | withheld | extension | other (short numbers, feature codes, names).
    """
    raw = raw.cast(pl.String).alias("raw")
    if len(raw) > _SAMPLE and raw.head(_SAMPLE).n_unique() < _FEW_DISTINCT:
        return _by_distinct(raw, plan)
    return _read_column(raw, plan)


def number_keys(raw: pl.Series, plan: NumberPlan) -> pl.Series:
    """Only the joining keys of ``normalise``: Int64, 0 = none."""
    raw = raw.cast(pl.String).alias("raw")
    if len(raw) > _SAMPLE and raw.head(_SAMPLE).n_unique() < _FEW_DISTINCT:
        return _by_distinct(raw, plan)["key"]
    keys = _common_shapes(raw, plan)
    odd = np.flatnonzero(keys == 0)
    if len(odd):
        keys[odd] = _odd_forms(raw[odd], plan)["key"].to_numpy()
    return pl.Series("key", keys)


def _by_distinct(raw: pl.Series, plan: NumberPlan) -> pl.DataFrame:
    distinct = raw.unique()
    known = _read_column(distinct, plan).with_columns(raw=distinct)
    joined = raw.to_frame().join(known, on="raw", how="left", nulls_equal=True, maintain_order="left")
    return joined.select(READ_SCHEMA.keys())


def _read_column(raw: pl.Series, plan: NumberPlan) -> pl.DataFrame:
    keys = _common_shapes(raw, plan)
    frame = pl.DataFrame({"key": keys}).select(
        number=pl.when(pl.col("key") > 0).then(pl.lit("+") + pl.col("key").cast(pl.String)),
        key="key",
        kind=pl.when(pl.col("key") > 0).then(pl.lit("number")),
    )
    odd = np.flatnonzero(keys == 0)
    if not len(odd):
        return frame
    slow = _odd_forms(raw[odd], plan).with_columns(row=pl.Series(odd))
    return (
        frame.with_row_index("row")
        .with_columns(pl.col("row").cast(pl.Int64))
        .update(slow, on="row")
        .drop("row")
    )


def _odd_forms(raw: pl.Series, plan: NumberPlan) -> pl.DataFrame:
    distinct = raw.unique()
    readings: list[Reading] = [read_number(text, plan) for text in distinct.to_list()]
    known = pl.DataFrame(readings, schema=READ_SCHEMA, orient="row").with_columns(raw=distinct.alias("raw"))
    joined = (
        raw.alias("raw").to_frame().join(known, on="raw", how="left", nulls_equal=True, maintain_order="left")
    )
    return joined.select(READ_SCHEMA.keys())


def _common_shapes(raw: pl.Series, plan: NumberPlan) -> npt.NDArray[np.int64]:
    """Keys of the texts that have a common shape; 0 for all others."""
    keys = _keys_of_digits(raw, plan)
    rest = np.flatnonzero(keys == 0)
    if len(rest):
        bare = raw[rest].str.replace_many([" ", "(", ")", "-"], [""])
        keys[rest] = _keys_of_digits(bare, plan)
    return keys


def _keys_of_digits(text: pl.Series, plan: NumberPlan) -> npt.NDArray[np.int64]:
    facts = (
        text.alias("x")
        .to_frame()
        .select(
            value=pl.col("x").cast(pl.Int64, strict=False).fill_null(-1),
            plus=pl.col("x").str.starts_with("+").fill_null(value=False),
            length=pl.col("x").str.len_bytes().fill_null(0).cast(pl.Int64),
        )
    )
    keys = np.zeros(len(text), np.int64)
    shapes = (*_INTERNATIONAL, *_SHAPES.get(plan.country or "", ()))
    for at in range(0, len(text), _BLOCK):
        part = facts[at : at + _BLOCK]
        _fill_keys(
            keys[at : at + _BLOCK],
            part["value"].to_numpy(),
            part["plus"].to_numpy(),
            part["length"].to_numpy(),
            shapes,
        )
    return keys


def _fill_keys(
    keys: npt.NDArray[np.int64],
    value: npt.NDArray[np.int64],
    plus: npt.NDArray[np.bool_],
    length: npt.NDArray[np.int64],
    shapes: tuple[_Shape, ...],
) -> None:
    """Keys of one block that fits the processor's cache. length: with the plus."""
    digits = length - plus
    for shape in shapes:
        fits = (value >= shape.low) & (value <= shape.high) & (digits == shape.length)
        if shape.needs_plus:
            fits &= plus
        if shape.forbids_plus:
            fits &= ~plus
        np.copyto(keys, value + shape.add, where=fits)
