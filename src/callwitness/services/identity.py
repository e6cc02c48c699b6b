"""Ids made from content: the same evidence gives the same ids whatever the order of the arguments."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

import polars as pl


def content_ids(rows: Iterable[str], prefix: str) -> list[str]:
    """An id per row: ``prefix`` and 16 hex digits of the row's text; equal texts get ``-2``, ``-3`` in order."""
    seen: dict[str, int] = {}
    ids = []
    for row in rows:
        made = prefix + blake2b(row.encode(), digest_size=8).hexdigest()
        nth = seen[made] = seen.get(made, 0) + 1
        ids.append(made if nth == 1 else f"{made}-{nth}")
    return ids


def with_call_ids(judged: pl.DataFrame, calls: pl.DataFrame) -> pl.DataFrame:
    """Adds ``call_id``, from the call's most trusted source: its name, its id of the call and the start.

    judged: rows with ``anchor`` (a scall); calls: SOURCE_CALLS. Sorted by ``started_at, call_id``.
    """
    anchors = judged.select("anchor").join(
        calls.select("scall", "source", "native_call_id", "started_at"), left_on="anchor", right_on="scall", how="left",
        maintain_order="left",
    )  # fmt: skip
    text = anchors.select(pl.concat_str("source", "native_call_id", "started_at", separator="\0")).to_series()
    ids = content_ids(text.to_list(), "c")
    return judged.with_columns(pl.Series("call_id", ids, pl.String)).sort("started_at", "call_id")
