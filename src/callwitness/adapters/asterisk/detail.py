"""What a record keeps beyond the common columns: texts in a fixed order, joined by a control character.

The first says how the time stood in the file: ``utc`` (an epoch) or ``local`` (wall time, not yet put in a zone).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

SEPARATOR: Final = "\x1f"
LOCAL: Final = "local"
UTC: Final = "utc"

CDR: Final = ("clock", "dcontext", "dstchannel", "lastapp", "dialled", "target")
CEL: Final = ("clock", "context", "exten", "app", "appdata", "bridge", "peer", "other")
QUEUE_LOG: Final = ("clock", "p1", "p2", "p3", "p4", "p5", "p6")


def pack(names: Sequence[str], clock: pl.Expr) -> pl.Expr:
    """The ``detail`` column from the clock and columns of the other names, missing values as ""."""
    return pl.concat_str(clock, *(pl.col(name).fill_null("") for name in names[1:]), separator=SEPARATOR)


def unpack(records: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The records with ``detail`` taken apart again: one String column each, null where it was empty."""
    records = records.rechunk()  # polars 2.1 splits texts of several chunks wrongly (index out of bounds)
    parts = pl.col("detail").str.split_exact(SEPARATOR, len(names) - 1).struct.rename_fields(names)
    blank_to_null = (pl.col(name).replace("", None) for name in names)
    return records.with_columns(parts.alias("parts")).unnest("parts").with_columns(*blank_to_null)
