"""Which column of a table is what: by header words first, by the shape of the values second.

Input is a sample of the table as ``delimited.FieldBlock.fields``: ``row``, ``width``, ``f0``, ``f1``...
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from callwitness.ingest.kit import call_words, dates, durations
from callwitness.ingest.kit.column_shapes import NOTHING, Shape, shape_of
from callwitness.ingest.kit.header_words import field_scores, unit_of
from callwitness.ingest.kit.table_header import column_names, find_header
from callwitness.ingest.kit.table_profile import DURATIONS, ColumnGuess, TableProfile

SAMPLE_ROWS: Final = 2000
_ENOUGH: Final = 0.5
_TELLS_CALLS_APART: Final = (
    0.5  # a list may tell some calls twice; a column of lines or months repeats far more
)
_SURE_OF_GRID: Final = 20
_FREE_TEXT: Final = ("agent", "queue", "trunk", "hangup_by", "cause", "recording", "comment", "row_number")


@dataclass(frozen=True, slots=True)
class _Candidate:
    score: float
    index: int
    field: str
    why: str


@dataclass(frozen=True, slots=True)
class _Column:
    index: int
    header: str
    shape: Shape
    values: pl.Series


def guess_table(fields: pl.DataFrame) -> TableProfile | None:
    """The profile of a table of calls from a sample of it; None when no column tells when the calls were."""
    header_row, headers = find_header(fields)
    body = fields.filter(pl.col("row") > header_row).head(SAMPLE_ROWS)
    if body.is_empty():
        return _from_headers(header_row, headers)
    columns = [
        _Column(at, headers[at], shape_of(body[name]), body[name])
        for at, name in enumerate(column_names(fields))
    ]
    chosen = _by_headers(columns)
    _add_by_shape(columns, chosen)
    if "start" not in chosen and "date" not in chosen:
        return None
    return _finish(columns, chosen, header_row)


def _from_headers(header_row: int, headers: list[str]) -> TableProfile | None:
    nothing = pl.Series([], dtype=pl.String)
    columns = [_Column(at, header, NOTHING, nothing) for at, header in enumerate(headers)]
    chosen = _by_headers(columns)
    return _finish(columns, chosen, header_row) if {"start", "date"} & set(chosen) else None


def _by_headers(columns: list[_Column]) -> dict[str, _Candidate]:
    found = sorted(
        (candidate for column in columns for candidate in _candidates(column)),
        key=lambda each: (-each.score, each.index, each.field),
    )
    chosen: dict[str, _Candidate] = {}
    taken: set[int] = set()
    for candidate in found:
        if candidate.field not in chosen and candidate.index not in taken:
            chosen[candidate.field] = candidate
            taken.add(candidate.index)
    chosen.pop("row_number", None)
    return chosen


def _candidates(column: _Column) -> Iterator[_Candidate]:
    scores = field_scores(column.header)
    when = max((scores.get(name, 0.0) for name in ("start", "date", "time")), default=0.0)
    if when and column.shape.filled:
        scores |= {"start": when, "date": when, "time": when}
    for name, score in scores.items():
        fits = _fit(name, column.shape)
        if fits >= 0.5 and score >= _ENOUGH:
            yield _Candidate(
                0.8 * score + 0.2 * fits, column.index, name, f'"{column.header}" is a word for it'
            )


def _fit(name: str, shape: Shape) -> float:
    """How well values go with a field, 0..1."""
    if not shape.filled or name in _FREE_TEXT:
        return 0.6
    if name in ("caller", "client", "called", "did"):
        return max(shape.phone, shape.extension) if name in ("client", "did") else max(
            shape.phone, min(1.0, shape.phone + shape.extension)
        )  # fmt: skip
    fits = {
        "start": shape.stamp,
        "date": shape.day,
        "time": shape.clock,
        "answered": max(shape.stamp, shape.clock),
        "end": max(shape.stamp, shape.clock),
        "direction": shape.direction if shape.direction >= 0.3 else 0.0,
        "result": _result_fit(shape),
        "extension": shape.extension,
        "id": 0.9 if (shape.distinct > 0.05 and shape.stamp < 0.5) or shape.whole > 0.9 else 0.0,
        "duration": shape.duration,
    }
    return fits.get(name, shape.duration)


def _result_fit(shape: Shape) -> float:
    flag = shape.whole > 0.9 and shape.largest <= 1
    free = shape.stamp < 0.3 and shape.phone < 0.3 and shape.duration < 0.5
    return 1.0 if flag else max(shape.outcome, 0.55 if free else 0.0)


def _add_by_shape(columns: list[_Column], chosen: dict[str, _Candidate]) -> None:
    """Columns that no header word claimed, by what stands in them."""
    _when(columns, chosen)
    _who(columns, chosen)
    _take(columns, chosen, "direction", lambda shape: shape.direction >= 0.9)
    _take(columns, chosen, "result", lambda shape: shape.outcome >= 0.7)
    _take(columns, chosen, "recording", lambda shape: shape.link >= 0.8)
    if not {"talk", "total", "duration", "wait"} & set(chosen):
        _take(columns, chosen, "duration", _is_duration, last=True)


def _is_duration(shape: Shape) -> bool:
    return (
        shape.duration >= 0.9
        and shape.distinct > 0.02
        and max(shape.phone, shape.stamp) < 0.5
        and shape.largest < 100_000
    )


def _when(columns: list[_Column], chosen: dict[str, _Candidate]) -> None:
    if "start" in chosen or {"date", "time"} <= set(chosen):
        return
    if "date" not in chosen:
        _take(columns, chosen, "start", lambda shape: shape.stamp >= 0.7 and shape.whole < 0.5)
    if "start" not in chosen and "date" not in chosen:
        _take(columns, chosen, "date", lambda shape: shape.day >= 0.7 and shape.whole < 0.5)
    if "start" not in chosen and "date" in chosen:
        _take(columns, chosen, "time", lambda shape: shape.clock >= 0.7 and shape.late_hours > 0.5)
    if "start" not in chosen and "date" not in chosen:
        _take(columns, chosen, "start", _is_epoch)
        _take(columns, chosen, "start", lambda shape: shape.day >= 0.7 and shape.whole < 0.5)


def _is_epoch(shape: Shape) -> bool:
    return shape.stamp >= 0.9 and shape.whole >= 0.9 and shape.distinct > 0.5


def _who(columns: list[_Column], chosen: dict[str, _Candidate]) -> None:
    taken = {each.index for each in chosen.values()}
    phones = [c for c in columns if c.index not in taken and c.shape.phone >= 0.7]
    if not phones:
        return
    if not {"caller", "client"} & set(chosen):
        # people who ring are many, own numbers few
        who = max(phones, key=lambda column: (column.shape.distinct > 0.3, -column.index))
        chosen["client"] = _shaped(who, "client", "telephone numbers, many different ones")
        phones.remove(who)
    own = [column for column in phones if column.shape.distinct < 0.3]
    if own and not {"did", "called"} & set(chosen):
        chosen["did"] = _shaped(own[0], "did", "telephone numbers, few different ones")


def _take(
    columns: list[_Column],
    chosen: dict[str, _Candidate],
    name: str,
    fits: Callable[[Shape], bool],
    last: bool = False,
) -> None:
    taken = {each.index for each in chosen.values()}
    found = [
        column
        for column in columns
        if column.index not in taken and column.shape.filled and fits(column.shape)
    ]
    if found and name not in chosen:
        chosen[name] = _shaped(found[-1 if last else 0], name, "its values look so")


def _shaped(column: _Column, name: str, why: str) -> _Candidate:
    return _Candidate(0.3, column.index, name, why)


def _finish(columns: list[_Column], chosen: dict[str, _Candidate], header_row: int) -> TableProfile:
    if "duration" in chosen:
        name = _what_duration_means(columns, chosen)
        chosen[name] = chosen.pop("duration")
    guesses = tuple(
        ColumnGuess(name, each.index, columns[each.index].header, columns[each.index].shape.example, each.why)
        for name, each in sorted(chosen.items(), key=lambda item: item[1].index)
    )
    when = columns[chosen["start" if "start" in chosen else "date"].index].values
    votes = dates.order_votes(when)
    units = {name: _unit(columns[chosen[name].index]) for name in DURATIONS if name in chosen}
    return TableProfile(
        columns=guesses,
        header_row=header_row,
        date_order=dates.decide_order(votes, when.drop_nulls()),
        order_sure=bool(votes.first or votes.second or votes.year_first) or not _ambiguous(when),
        units=units,
        precision_ms=_precision(columns, chosen),
        unique_ids="id" in chosen and columns[chosen["id"].index].shape.distinct >= _TELLS_CALLS_APART,
        answered_flag="result" in chosen and _is_flag(columns[chosen["result"].index]),
    )


def _ambiguous(when: pl.Series) -> bool:
    return bool(when.str.contains(r"^\D*\d{1,2}[/-]\d{1,2}[/-]\d").any())


def _is_flag(column: _Column) -> bool:
    words = column.values.drop_nulls().unique().to_list()
    return bool(words) and all(call_words.yes_or_no(word) or not word.strip() for word in words)


def _unit(column: _Column) -> durations.DurationUnit:
    stated = unit_of(column.header)
    if stated in ("ms", "min"):
        guessed = durations.guess_unit(column.values)
        return "min.sec" if guessed == "min.sec" and stated == "min" else "ms" if stated == "ms" else "min"
    return "s" if stated == "s" else durations.guess_unit(column.values)


def _what_duration_means(columns: list[_Column], chosen: dict[str, _Candidate]) -> str:
    """A bare "duration" is the whole call beside a talk column, or when missed calls have one; else the talk."""
    if "talk" in chosen:
        return "total"
    if "total" in chosen:
        return "talk"
    column = columns[chosen["duration"].index]
    seconds = durations.read_seconds(column.values, _unit(column)).fill_null(0.0)
    if "result" in chosen:
        said = columns[chosen["result"].index]
        missed = call_words.read_outcomes(said.values, _is_flag(said))["human"].not_().fill_null(value=False)
        long = int((missed & (seconds > 0)).sum())
        return "total" if long * 2 > int(missed.sum()) else "talk"
    return "talk" if bool((seconds == 0).any()) or len(seconds) < 5 else "total"


def _precision(columns: list[_Column], chosen: dict[str, _Candidate]) -> int:
    name = next(each for each in ("start", "time", "date") if each in chosen)
    values = columns[chosen[name].index].values
    if name == "time":
        ms = dates.read_clock(values).drop_nulls()
    else:
        stamps = dates.read_stamps(values).filter(pl.col("ms").is_not_null())
        ms = stamps["ms"]
        if stamps.height and stamps["day_only"].all():
            return dates.DAY_MS
    if ms.is_empty() or (ms % 1000 != 0).any():
        return 1000 if ms.is_empty() else 1
    # a few whole minutes with seconds written may be typed by hand, many in a row are a report without seconds
    whole = bool((ms % 60_000 == 0).all())
    seconds_written = values.str.contains(r"\d:\d{2}:\d{2}").any()
    return 60_000 if whole and (len(ms) >= _SURE_OF_GRID or not seconds_written) else 1000
