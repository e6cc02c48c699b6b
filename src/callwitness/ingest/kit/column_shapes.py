"""What the values of a column look like, whatever the column is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from callwitness.ingest.kit import call_words, dates, durations
from callwitness.ingest.kit.phone_cells import phone_text

_PHONE: Final = r"^(?:sip:)?\+?[\d\s().\-\u00a0]{6,24}$"
_EXTENSION: Final = r"^\d{2,5}$"
_WHOLE: Final = r"^-?\d+$"
_LINK: Final = r"(?i)^(?:https?://|\S+\.(?:wav|mp3|ogg|opus|m4a|gsm)$)"
_CLOCK_LIKE: Final = r"^(?:1899-12-3[01][ T])?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s*[AaPp]\.?[Mm]\.?)?$"
_SLASHED: Final = r"^\D*\d{1,2}[-./]\d{1,2}[-./]\d"
_DIGIT: Final = r"\d"
_WITHHELD: Final = r"(?i)^(?:anonymous|restricted|unknown|withheld|private|unavailable|скрыт\w*|аноним\w*|анонім\w*|прихован\w*|не определ\w*|невизначен\w*|неизвест\w*|-)$"


@dataclass(frozen=True, slots=True)
class Shape:
    """Shares (0..1) of the filled values that read as something, and a few facts about all of them."""

    filled: float
    stamp: float  # a date with a time of day, an epoch, a serial number
    day: float  # a date alone
    clock: float  # a time of day alone
    phone: float
    extension: float
    duration: float
    whole: float
    direction: float
    outcome: float
    link: float
    distinct: float  # distinct values over values
    largest: float  # largest bare number, 0 when none
    late_hours: float  # of times of day: hour of the day above 3
    example: str


NOTHING: Final = Shape(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, "")
"""A column without values."""


def shape_of(values: pl.Series) -> Shape:
    """Judge a String column (a sample of it)."""
    texts = values.str.strip_chars().replace("", None).drop_nulls()
    if texts.is_empty():
        return NOTHING
    stamps = dates.read_stamps(texts)
    if stamps["ms"].null_count() * 2 > len(texts) and texts.str.contains(_SLASHED).any():
        stamps = dates.read_stamps(texts, "mdy")
    clock = dates.read_clock(texts.filter(texts.str.contains(_CLOCK_LIKE)))
    known = stamps["ms"].is_not_null()
    number = texts.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False).drop_nulls().drop_nans()
    outcomes = call_words.read_outcomes(texts)["result"]
    seconds = durations.read_seconds(texts.set(~texts.str.contains(_DIGIT), None))
    total = len(texts)
    return Shape(
        filled=total / len(values),
        stamp=_part(known & ~stamps["day_only"]),
        day=_part(known & stamps["day_only"]),
        clock=len(clock.drop_nulls()) / total,
        phone=_phones(texts),
        extension=_share(texts, _EXTENSION),
        duration=_part(seconds.is_not_null() & (seconds.abs() < 200_000)),
        whole=_share(texts, _WHOLE),
        direction=call_words.read_directions(texts).count() / total,
        outcome=outcomes.count() / total,
        link=_share(texts, _LINK),
        distinct=texts.n_unique() / total,
        largest=float(number.max() or 0.0) if len(number) else 0.0,  # type: ignore[arg-type]
        late_hours=float((clock.drop_nulls() > 3 * 3_600_000).mean() or 0.0),  # type: ignore[arg-type]
        example=texts[0],
    )


def _phones(texts: pl.Series) -> float:
    if not texts.str.contains(_DIGIT).any():
        return 0.0
    plain = phone_text(texts)
    digits = plain.str.replace_all(r"\D", "").str.len_chars()
    good = plain.str.contains(_PHONE) & digits.is_between(6, 15) & ~plain.str.contains(r"^\d+\.\d{1,5}$")
    good &= ~plain.str.contains(r"^\d{1,4}[-./]\d{1,2}[-./]\d{1,4}")
    hidden = plain.str.contains(_WITHHELD)
    return _part((good | hidden).fill_null(value=False)) if good.any() else 0.0


def _part(mask: pl.Series) -> float:
    return int(mask.sum()) / len(mask)


def _share(texts: pl.Series, pattern: str) -> float:
    return _part(texts.str.contains(pattern))
