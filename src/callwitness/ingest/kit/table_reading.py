"""Rows of a table of calls to records, by a profile: one row, one call.

A row without a readable time of the call is rejected with a sentence. A cell of another kind (a negative talk, a
word among seconds) is left unknown; two such cells in a row are shifted columns, and the row is rejected.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import polars as pl

from callwitness.domain.schema import RECORDS
from callwitness.ingest.contract import REJECTED, Batch, Note, ReadOptions
from callwitness.ingest.kit import call_words, dates, durations
from callwitness.ingest.kit.table_parties import read_parties
from callwitness.ingest.kit.table_profile import DURATIONS, TableProfile
from callwitness.ingest.kit.zones import FoldReader, check_zone

_TOTALS: Final = r"(?i)^\W*(?:итого|итог|всего|разом|всього|підсумок|total|totals|grand total|sum|сумма|сума|average|среднее|в среднем|середнє)(?:\W|$)"
_LONGEST_S: Final = 30 * 86_400.0


@dataclass
class TableReader:
    """Reads the rows of one table after another. witness: ``list`` or ``report`` (``RECORDS.witness``)."""

    profile: TableProfile
    options: ReadOptions
    file: str
    evidence: str
    witness: str
    headers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._zone = check_zone(self.profile.zone or self.options.zone or "UTC")
        self._folds = FoldReader(self._zone)
        self._day: str | None = None

    def read(self, fields: pl.DataFrame) -> Batch:
        """Rows of ``delimited.FieldBlock.fields`` after the header to one batch."""
        if fields.is_empty():
            return Batch(RECORDS.empty(), REJECTED.empty())
        body = fields.filter(pl.col("row") > self.profile.header_row)
        body = body.filter(~_blank(body))
        cells = self._cells(body)
        frame = self._times(body.select("row"), cells)
        reasons = self._reasons(frame, cells, body)
        seconds = {name: durations.read_seconds(cells[name], self.profile.units.get(name, "s"))
                   for name in DURATIONS if name in cells}  # fmt: skip
        odd = self._odd_cells(seconds, cells)
        reasons = reasons.zip_with(reasons.is_not_null() | (odd["count"] < 2), odd["reason"])
        good = reasons.is_null()
        records = self._records(frame, cells, seconds).filter(good)
        notes = self._notes(
            odd.filter(good & (odd["count"] > 0)).with_columns(
                row=body["row"].filter(good & (odd["count"] > 0))
            )
        )
        rejected = self._rejected(body.filter(~good), reasons.filter(~good))
        return Batch(records, rejected, notes)

    def _cells(self, body: pl.DataFrame) -> dict[str, pl.Series]:
        found = {}
        for column in self.profile.columns:
            name = f"f{column.index}"
            values = body[name] if name in body.columns else pl.Series([None] * body.height, dtype=pl.String)
            found[column.field] = values.str.strip_chars(" \t\u00a0").replace("", None).alias(column.field)
        return found

    def _times(self, frame: pl.DataFrame, cells: dict[str, pl.Series]) -> pl.DataFrame:
        """``start``, ``answered``, ``end``: ms UTC."""
        wall, absolute = self._start(cells)
        start = self._utc(wall, absolute)
        frame = frame.with_columns(start.alias("start"))
        for name in ("answered", "end"):
            when = self._moment(cells[name], wall, start) if name in cells else None
            frame = frame.with_columns(
                pl.lit(None, pl.Int64()).alias(name) if when is None else when.alias(name)
            )
        return frame

    def _start(self, cells: dict[str, pl.Series]) -> tuple[pl.Series, pl.Series]:
        order = self.profile.date_order
        if "start" in cells:
            stamps = dates.read_stamps(cells["start"], order)
            if "time" not in cells:
                return stamps["ms"], stamps["absolute"]
        else:
            # a date merged over its rows, or written once for the day
            stamps = dates.read_stamps(cells["date"], order)
        if "time" not in cells:
            return stamps["ms"], stamps["absolute"]
        clock = dates.read_clock(cells["time"])
        wall = (stamps["ms"] // dates.DAY_MS) * dates.DAY_MS + clock
        whole = dates.read_stamps(cells["time"], order) if clock.null_count() else None
        return (wall.fill_null(whole["ms"]) if whole is not None else wall), stamps["absolute"] & stamps[
            "ms"
        ].is_null()

    def _utc(self, wall: pl.Series, absolute: pl.Series) -> pl.Series:
        if absolute.all():
            return wall
        local = self._folds.read(wall.set(absolute, None))
        return local.zip_with(~absolute, wall)

    def _moment(self, texts: pl.Series, wall: pl.Series, start: pl.Series) -> pl.Series:
        stamps = dates.read_stamps(texts, self.profile.date_order)
        clock = dates.read_clock(texts)
        same_day = (wall // dates.DAY_MS) * dates.DAY_MS + clock
        same_day = (
            same_day
            + pl.select(
                pl.when(same_day < wall - dates.DAY_MS // 2).then(dates.DAY_MS).otherwise(0)
            ).to_series()
        )
        local = stamps["ms"].fill_null(same_day)
        shift = start - wall
        # the offset of the start serves: a call over the hour of change is rarer than a wrong fold
        moment = local + shift
        return moment.zip_with(~stamps["absolute"].fill_null(False), stamps["ms"])

    def _reasons(self, frame: pl.DataFrame, cells: dict[str, pl.Series], body: pl.DataFrame) -> pl.Series:
        """Why a row is no call: a sentence, null for good rows."""
        bad = frame["start"].is_null()
        if not bad.any():
            return pl.Series("reason", [None] * len(bad), dtype=pl.String)
        name = "start" if "start" in cells else "date"
        shown = (
            cells[name]
            if "time" not in cells
            else (cells[name].fill_null("") + " " + cells["time"].fill_null(""))
        )
        stood = pl.select(pl.when(shown.str.strip_chars() == "").then(None).otherwise(shown)).to_series()
        column = self.profile.header(name)
        texts = [name for name in body.columns if name.startswith("f")]
        total = body.select(
            pl.any_horizontal(pl.col(texts).str.contains(_TOTALS).fill_null(False))
        ).to_series()
        again = cells[name] == next(c.header for c in self.profile.columns if c.field == name)
        return pl.select(
            pl.when(~bad).then(None)
            .when(total).then(pl.lit("a line of totals, not a call"))
            .when(again.fill_null(False)).then(pl.lit("the header again, not a call"))
            .when(stood.is_null()).then(pl.lit(f"expected a date and time in {column}, found nothing"))
            .otherwise(pl.lit(f'expected a date and time in {column}, found "') + stood.str.slice(0, 60) + '"')
            .alias("reason")
        ).to_series()  # fmt: skip

    def _odd_cells(self, seconds: dict[str, pl.Series], cells: dict[str, pl.Series]) -> pl.DataFrame:
        """``count`` of cells that are no duration, ``reason`` naming the first, for every row."""
        length = len(next(iter(cells.values())))
        count = pl.Series([0] * length, dtype=pl.Int64)
        reason = pl.Series([None] * length, dtype=pl.String)
        for name, values in seconds.items():
            stood = cells[name]
            placeholder = stood.str.contains(r"^[-–—.]+$|(?i)^(?:n/?a|нет|null|none|ні)$").fill_null(True)
            odd = ((values.is_null() & ~placeholder) | (values < 0) | (values > _LONGEST_S)).fill_null(False)
            if not odd.any():
                continue
            text = (
                f'expected a duration in {self.profile.header(name)}, found "' + stood.str.slice(0, 60) + '"'
            )
            reason = reason.zip_with(~odd | reason.is_not_null(), text)
            count = count + odd.cast(pl.Int64)
        return pl.DataFrame({"count": count, "reason": reason})

    def _notes(self, odd: pl.DataFrame) -> tuple[Note, ...]:
        if odd.is_empty():
            return ()
        first = odd.row(0, named=True)
        return (Note("cells_unreadable", {"file": self.file, "count": odd.height, "row": first["row"],
                                          "example": first["reason"]}),)  # fmt: skip

    def _records(
        self, frame: pl.DataFrame, cells: dict[str, pl.Series], seconds: dict[str, pl.Series]
    ) -> pl.DataFrame:
        numbers = read_parties(cells, self.options)
        spans = {
            name: values.set((values < 0) | (values > _LONGEST_S), None) for name, values in seconds.items()
        }
        told = self._outcome(cells, spans, frame)
        columns = [
            frame["row"], *numbers.get_columns(), *told.get_columns(),
            *(cells[name].alias(name) for name in ("agent", "queue", "trunk", "recording") if name in cells),
            *self._spans(frame, spans, told).get_columns(),
        ]  # fmt: skip
        ids = [cells["id"].alias("native_id")] if "id" in cells else []
        if ids and self.profile.unique_ids:
            ids.append(cells["id"].alias("native_call_id"))
        table = pl.DataFrame([*columns, *ids]) if frame.height else RECORDS.empty().drop(
            "file", "sheet", "evidence", "kind", "witness", "segment", "precision_ms"
        )  # fmt: skip
        return RECORDS.conform(table.with_columns(
            file=pl.lit(self.file), sheet=pl.lit(self.profile.sheet, pl.String()), evidence=pl.lit(self.evidence),
            kind=pl.lit("call"), witness=pl.lit(self.witness), segment=pl.lit("call"),
            precision_ms=pl.lit(self.profile.precision_ms, pl.Int64()),
        ))  # fmt: skip

    def _outcome(
        self, cells: dict[str, pl.Series], spans: dict[str, pl.Series], frame: pl.DataFrame
    ) -> pl.DataFrame:
        length = frame.height
        nothing = pl.Series([None] * length, dtype=pl.String)
        said = cells.get("result", nothing)
        told = call_words.read_outcomes(said, self.profile.answered_flag)
        if "direction" in cells and "result" not in cells:
            told = call_words.read_outcomes(cells["direction"])
        talk = spans.get("talk", pl.Series([None] * length, dtype=pl.Float64))
        picked = ((talk > 0) | frame["answered"].is_not_null()).fill_null(False)
        silent = (talk == 0).fill_null(False) & ~picked
        unknown = told["result"].is_null()
        return told.select(
            result=pl.when(unknown & picked).then(pl.lit("answered")).when(unknown & silent).then(pl.lit("no_answer"))
            .otherwise(pl.col("result")).fill_null("unknown"),
            human=pl.when(unknown & picked).then(True).when(unknown & silent).then(False).otherwise(pl.col("human")),
            cause=pl.Series(cells.get("cause", nothing)).fill_null(said),
            hangup_by=_hangup_side(cells.get("hangup_by", nothing)),
        )  # fmt: skip

    def _spans(self, frame: pl.DataFrame, spans: dict[str, pl.Series], told: pl.DataFrame) -> pl.DataFrame:
        nothing = pl.Series([None] * frame.height, dtype=pl.Float64)
        wait, talk, total, billed = (spans.get(name, nothing).alias(name) for name in DURATIONS)
        work = frame.select("start", "answered", "end").with_columns(wait, talk, total, billed, told["human"])
        start, end = pl.col("start"), pl.col("end")
        stated = pl.when(pl.col("answered") >= start).then(pl.col("answered"))
        ended = pl.when(end >= start).then(end)
        length = pl.col("total").fill_null(pl.col("wait") + pl.col("talk"))
        waited = pl.when(pl.col("human")).then(start + (pl.col("wait") * 1000).round().cast(pl.Int64))
        return work.select(
            started_at=start,
            answered_at=stated.fill_null(waited),
            ended_at=ended.fill_null(start + (length * 1000).round().cast(pl.Int64)),
            wait_s="wait", talk_s="talk", billed_s="billed",
            total_s=pl.col("total").fill_null((ended - start) / 1000.0),
        )  # fmt: skip

    def _rejected(self, body: pl.DataFrame, reasons: pl.Series) -> pl.DataFrame:
        texts = [name for name in body.columns if name.startswith("f")]
        between = self.profile.delimiter or ";"
        raw = pl.concat_str(pl.col(texts).fill_null(""), separator=between).str.strip_chars_end(between)
        return REJECTED.conform(body.select(
            "row", raw.str.slice(0, 500).alias("raw"), reasons.alias("reason"),
            file=pl.lit(self.file), sheet=pl.lit(self.profile.sheet, pl.String()),
        ))  # fmt: skip


def _blank(body: pl.DataFrame) -> pl.Series:
    texts = [name for name in body.columns if name.startswith("f")]
    if not texts:
        return pl.Series([], dtype=pl.Boolean)
    return body.select(pl.all_horizontal(pl.col(texts).fill_null("").str.strip_chars() == "")).to_series()


def _hangup_side(texts: pl.Series) -> pl.Series:
    lower = texts.str.to_lowercase()
    return pl.select(
        pl.when(lower.str.contains("^(?:caller|client|customer|клиент|клієнт|абонент|звон)")).then(pl.lit("caller"))
        .when(lower.str.contains("^(?:callee|agent|operator|employee|оператор|сотруд|менедж|співроб)")).then(pl.lit("callee"))
        .when(lower.str.contains("^(?:system|систем)")).then(pl.lit("system"))
    ).to_series()  # fmt: skip
