"""Reports that are sent again: the later mail wins, the earlier rows stay as records without legs.

What a record needs for that is kept in ``detail``: ``sent|message id|sender|rank|state``, state ``-`` or
``superseded``. Within one mail the richer form (attachment over HTML over text) wins over the same rows elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from callwitness.adapters.email_report.mail import Mail
from callwitness.ingest.contract import Note

SUPERSEDED: Final = "superseded"
_REPORT: Final = ["sender", "sent", "message", "rank", "file", "sheet"]


def detail_of(mail: Mail, rank: int) -> str:
    """What ``settle`` must know about the mail of a record."""
    message = mail.message_id.replace("|", "_")
    return f"{mail.sent}|{message}|{mail.sender.replace('|', '_')}|{rank}|-"


def mark_superseded(records: pl.DataFrame) -> tuple[pl.DataFrame, Sequence[Note]]:
    """Records with the state of ``detail`` set, and a note for each report that a later one replaces.

    A report whose rows come again in a later one by half or more is replaced as a whole; else only rows that come again.
    """
    rows = _keyed(records)
    if rows.is_empty():
        return records, ()
    reports = rows.select(*_REPORT, "report").unique().sort("report")
    if reports.height < 2:
        return records, ()
    again = rows.join(rows.select("key", later="report", ends="report_end"), on="key", how="inner")
    again = again.filter(pl.col("later") > pl.col("report"))
    last = again.group_by("rec", "report").agg(pl.col("later").max())
    sizes = rows.group_by("report").len("size")
    shared = (
        again.group_by("report", "later")
        .agg(pl.col("rec").n_unique().alias("shared"))
        .join(sizes, on="report")
    )
    whole = (
        shared.filter(pl.col("shared") * 2 >= pl.col("size")).group_by("report").agg(by=pl.col("later").max())
    )
    gone = rows.join(whole, on="report", how="left").join(last.select("rec", "later"), on="rec", how="left")
    gone = gone.with_columns(by=pl.coalesce("by", "later")).filter(pl.col("by").is_not_null())
    marked = records.with_columns(
        detail=pl.when(pl.col("rec").is_in(gone["rec"].to_list()))
        .then(pl.col("detail").str.replace(r"\|-$", f"|{SUPERSEDED}"))
        .otherwise("detail")
    )
    return marked, _notes(gone, reports)


def _keyed(records: pl.DataFrame) -> pl.DataFrame:
    """rec, the report it belongs to (numbered in order of sending) and the key by which a row is known again."""
    parts = pl.col("detail").str.splitn("|", 5).struct
    rows = records.filter(pl.col("detail").is_not_null()).select(
        "rec", "file", "sheet",
        sent=parts[0].cast(pl.Int64, strict=False), message=parts[1], sender=parts[2], rank=parts[3].cast(pl.Int64, strict=False),
        who=pl.when(pl.col("caller_key") > 0).then(pl.col("caller_key").cast(pl.String)).otherwise(pl.col("caller_raw")),
        when=pl.col("started_at") // 60_000,
    )  # fmt: skip
    rows = rows.with_columns(
        report=pl.struct("sent", "message", "rank", "file", "sheet").rank("dense"), report_end=0
    )
    rows = rows.sort("rec").with_columns(
        nth=pl.col("rec").cum_count().over("report", "sender", "who", "when")
    )
    return rows.with_columns(key=pl.struct("sender", "who", "when", "nth"))


def _notes(gone: pl.DataFrame, reports: pl.DataFrame) -> list[Note]:
    names = reports.select(
        "report",
        name=pl.when(pl.col("sheet").is_null()).then("file").otherwise(pl.format("{}, {}", "file", "sheet")),
    )
    counted = gone.group_by("report", "by").len("rows").sort("report", "by")
    told = counted.join(names, on="report").join(names.rename({"report": "by", "name": "newer"}), on="by")
    return [
        Note("report_superseded", {"file": name, "by": newer, "rows": rows})
        for name, newer, rows in told.sort("report", "by").select("name", "newer", "rows").iter_rows()
    ]
