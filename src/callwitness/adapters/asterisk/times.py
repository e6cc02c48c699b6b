"""Texts that Asterisk and its exports write for a moment, to wall-clock milliseconds not yet put in a zone."""

from __future__ import annotations

from typing import Final

import polars as pl

_USUAL: Final = "%Y-%m-%d %H:%M:%S"
_SLASHED: Final = r"^(\d{1,2})[/.](\d{1,2})[/.](\d{4}) (\d{1,2}):(\d\d):?(\d\d)?$"
_DAY_MS: Final = 86_400_000

FIRST_CALL: Final = 631_152_000_000  # 1990: no exchange of this kind wrote anything before
LAST_CALL: Final = 4_102_444_800_000  # 2100: later ones are damage
LONGEST_S: Final = 366 * 86_400.0  # a channel that hangs for a year is damage too


def wall_ms(texts: pl.Series, near: pl.Series | None = None) -> pl.Series:
    """``2026-11-21 14:05:09[.ffffff]`` and ``21/11/2026 14:05:09`` (either order) to Int64 ms, null = no time.

    near: moments (ms) within a day of which the times lie; they settle whether day or month stands first.
    """
    name = texts.name
    usual = texts.str.to_datetime(_USUAL, time_unit="ms", strict=False).dt.epoch("ms")
    odd = (usual.is_null() & texts.is_not_null() & (texts != "")).arg_true()
    if not len(odd):
        return usual.alias(name)
    left = texts.gather(odd)
    fraction = left.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="ms", strict=False).dt.epoch("ms")
    slashed = _slashed_ms(left, near.gather(odd) if near is not None else None)
    return usual.scatter(odd, fraction.fill_null(slashed)).alias(name)


def _slashed_ms(texts: pl.Series, near: pl.Series | None) -> pl.Series:
    parts = texts.str.extract_groups(_SLASHED).struct.unnest().select(pl.all().cast(pl.Int64))
    a, b, year, hour, minute, second = parts.iter_columns()
    second = second.fill_null(0)

    def build(month: pl.Series, day: pl.Series) -> pl.Series:
        valid = (
            (month <= 12)
            & (day <= 31)
            & (hour < 24)
            & (minute < 60)
            & (second < 60)
            & (month > 0)
            & (day > 0)
        )
        padded = [part.cast(pl.String).str.zfill(2) for part in (month, day, hour, minute, second)]
        text = pl.select(
            pl.concat_str(year.cast(pl.String), padded[0], padded[1], separator="-")
            + " "
            + pl.concat_str(*padded[2:], separator=":")
        ).to_series()
        return (
            text.set(~valid.fill_null(False), None)
            .str.to_datetime(_USUAL, time_unit="ms", strict=False)
            .dt.epoch("ms")
        )

    day_first, month_first = build(b, a), build(a, b)
    if near is not None:
        votes_day = ((day_first - near).abs() < _DAY_MS).sum()
        votes_month = ((month_first - near).abs() < _DAY_MS).sum()
        if votes_day != votes_month:
            return day_first if votes_day > votes_month else month_first
    return month_first if month_first.null_count() < day_first.null_count() else day_first


def uniqueid_ms(ids: pl.Expr) -> pl.Expr:
    """The epoch in ``[systemname-]epoch.sequence`` as ms UTC, null where there is none."""
    return (ids.str.extract(r"(?:^|-)(\d{9,10})\.\d+$").cast(pl.Int64, strict=False) * 1000).alias(
        "uniqueid_ms"
    )


def moment_ms(texts: pl.Series, near: pl.Series | None = None) -> pl.DataFrame:
    """Any time Asterisk writes: ``ms`` (Int64), ``utc`` (Boolean: an absolute moment, else wall clock), ``grid`` (ms).

    Absolute are epochs (``1774000000[.123456]``) and texts with an offset (``...+00``, ``...+0300``).
    """
    texts = texts.str.strip_chars()
    frame = pl.DataFrame({"text": texts}).with_columns(
        pl.col("text").str.contains(r"^\d{9,10}(\.\d+)?$").fill_null(False).alias("epoch"),
        pl.col("text").str.extract_groups(r"^(.*:\d\d(?:\.\d+)?)\s?([+-])(\d\d):?(\d\d)?$").alias("zoned"),
        pl.col("text").str.contains(r"\.\d*[1-9]").fill_null(False).alias("fine"),
    )
    groups = frame["zoned"].struct.unnest()
    body, sign, hours, minutes = groups.iter_columns()
    wall = wall_ms(body.fill_null(texts), near)
    east = pl.select(
        pl.when(sign == "-").then(-1).otherwise(1)
        * (hours.cast(pl.Int64).fill_null(0) * 3_600_000 + minutes.cast(pl.Int64).fill_null(0) * 60_000)
    ).to_series()
    by_epoch = (frame["text"].cast(pl.Float64, strict=False) * 1000).round(0)
    return frame.select(
        pl.when("epoch").then(by_epoch.cast(pl.Int64, strict=False)).otherwise(wall - east).alias("ms"),
        (pl.col("epoch") | sign.is_not_null()).alias("utc"),
        pl.when("fine").then(1).otherwise(1000).cast(pl.Int64).alias("grid"),
    )
