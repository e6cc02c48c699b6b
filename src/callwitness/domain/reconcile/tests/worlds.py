"""Calls as text tables, for tests that read like a page of a call list.

A table has a row per call: ``source  time  caller  did  total  talk`` and more columns by name. Times are
``[day] HH:MM:SS`` of January 2026, callers and numbers bare digits (invented), "-" = unknown or withheld.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import polars as pl

from callwitness.domain.reconcile import Reconciliation, reconcile
from callwitness.domain.rules import Rules, SourceInfo
from callwitness.domain.schema import SOURCE_CALLS

PROVIDER = SourceInfo("provider", "provider", neutral=True)
OFFICE = SourceInfo("office", "office")
CONTRACTOR = SourceInfo("contractor", "contractor")


def calls(table: str, *, precision_ms: int = 1000) -> pl.DataFrame:
    """SOURCE_CALLS from a text table; native ids are the source's initial and the row: p1, o2."""
    lines = [line.split() for line in table.strip().splitlines()]
    names, rows = lines[0], lines[1:]
    said = [_call(dict(zip(names, row, strict=True)), i, precision_ms) for i, row in enumerate(rows)]
    schema = {name: kind for name, kind in SOURCE_CALLS.schema.items() if name in said[0]}
    return SOURCE_CALLS.conform(pl.DataFrame(said, schema=schema))


def _call(said: dict[str, str], row: int, precision_ms: int) -> dict[str, object]:
    known = {name: value for name, value in said.items() if value != "-"}
    started = _ms(known["time"])
    total = float(known["total"]) if "total" in known else None
    return {
        "scall": row,
        "source": known["source"],
        "role": known["source"].split("@")[0],
        "native_call_id": known.get("id", f"{known['source'][0]}{row + 1}"),
        "direction": known.get("direction", "inbound"),
        "caller": _number(known.get("caller")),
        "caller_key": _key(known.get("caller")),
        "called": _number(known.get("called")),
        "did": _number(known.get("did")),
        "did_key": _key(known.get("did")),
        "trunk": known.get("trunk"),
        "started_at": started,
        "ended_at": None if total is None else started + int(total * 1000),
        "precision_ms": int(known.get("precision", precision_ms)),
        "total_s": total,
        "talk_s": float(known["talk"]) if "talk" in known else None,
    }


def _ms(text: str) -> int:
    day, _, clock = text.rpartition("T")
    hour, minute, second = clock.split(":")
    moment = datetime(2026, 1, int(day or 1), int(hour), int(minute), tzinfo=UTC)
    return int(moment.timestamp() * 1000) + int(float(second) * 1000)


def _number(digits: str | None) -> str | None:
    return None if digits is None else f"+{digits}" if len(digits) > 9 else digits


def _key(digits: str | None) -> int:
    return 0 if digits is None else int(digits) if len(digits) > 9 else -int("1" + digits)


def matched(
    frame: pl.DataFrame, sources: Sequence[SourceInfo] = (PROVIDER, OFFICE), rules: Rules | None = None
) -> Reconciliation:
    """reconcile() with everyday defaults."""
    return reconcile(frame, sources, rules or Rules())


def pairs(result: Reconciliation) -> set[tuple[str, str]]:
    """Native ids of matched calls, reference side first."""
    rows = result.matches.filter(pl.col("match") == "matched")
    return {
        (a, b) for a, b in rows.select("native_call_id", "pair_native_call_id").iter_rows() if a[0] == "p"
    }


def standing(result: Reconciliation) -> dict[str, str]:
    """Native id to match, with the reason of exclusion behind a colon."""
    rows = result.matches.select("native_call_id", "match", "excluded_because").iter_rows()
    return {name: match if why is None else f"{match}:{why}" for name, match, why in rows}


def everyday(
    *, ahead_s: int = 0, days: Sequence[int] = (1,), did: str = "74950000001", office_did: str | None = None
) -> str:
    """Rows of a quiet day or more, told by provider and office alike: a call every 40 minutes, ids b...

    ahead_s: the office's clock. They make the clock known and every line and moment covered.
    """
    rows = ["source time caller did total talk id"]
    for day in days:
        for i, minute in enumerate(range(6 * 60, 22 * 60, 40)):
            caller, talk = 79000000000 + 1000 * day + i, 40 + 7 * i
            for source, ahead, line in (("provider", 0, did), ("office", ahead_s, office_did or did)):
                second = minute * 60 + 5 + i + ahead
                clock = f"{day}T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
                rows.append(f"{source} {clock} {caller} {line} {talk + 12} {talk} b{source[0]}{day}-{i}")
    return "\n".join(rows)


def together(*tables: pl.DataFrame) -> pl.DataFrame:
    """Tables under each other, numbered anew."""
    return (
        SOURCE_CALLS.concat(tables)
        .drop("scall")
        .with_row_index("scall")
        .cast({"scall": pl.Int64})
        .select(SOURCE_CALLS.names)
    )
