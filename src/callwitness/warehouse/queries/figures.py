"""The figures of FIGURES as SQL, but for ``people``, which has a way of its own (``people``)."""

from __future__ import annotations

from typing import Final

from callwitness.domain.errors import UsageError
from callwitness.domain.view import VIEW_COLUMNS
from callwitness.warehouse.contract import FIGURES, OUTCOMES
from callwitness.warehouse.queries.local_time import TIME_COLUMNS, LocalTime, label
from callwitness.warehouse.queries.parameters import Parameters

COUNTED: Final = tuple(column.name for column in FIGURES if column.name != "people")
_SHARES: Final = {
    "wait_s": "wait_sum_s / nullif(wait_n, 0)",
    "talk_s": "talk_sum_s / nullif(talk_n, 0)",
    "answered_share": "answered / nullif(inbound, 0)",
    "service_level": "sl_in / nullif(sl_of, 0)",
}
GROUP_ORDERS: Final = ("value", "people", *COUNTED, *_SHARES)
"""What groups can be sorted by: their figures, and averages and shares made from these."""


def figures(service_level_s: float, parameters: Parameters) -> str:
    """SQL of COUNTED, in order."""
    within = f"{parameters.put(int(service_level_s * 1000))}::INTEGER"
    return ", ".join(
        f"{sql} AS {name}"
        for name, sql in (
            ("calls", "count(*)"),
            ("inbound", how_many("outcome > 0")),
            ("answered", how_many(f"outcome = {OUTCOMES['answered']}")),
            ("nobody", how_many(f"outcome = {OUTCOMES['nobody']}")),
            ("wait_sum_s", "coalesce(sum(wait_s), 0)"),
            ("wait_n", "count(wait_s)"),
            ("wait_max_s", "max(wait_s)"),
            ("talk_sum_s", "coalesce(sum(talk_s), 0)"),
            ("talk_n", "count(talk_s)"),
            ("sl_in", how_many(f"reached_ms <= {within}")),
            ("sl_of", f"count(reached_ms) + {how_many(f'gave_up_ms > {within}')}"),
            ("findings", "coalesce(sum(findings), 0)"),
            ("lost_open", how_many("waiting")),
        )
    )


def how_many(condition: str) -> str:
    """SQL: rows for which a condition holds, 0 also where it is nowhere known."""
    return f"coalesce(count_if({condition}), 0)"


def group_code(column: str, local: LocalTime, parameters: Parameters) -> str:
    """SQL of a group's value: text, or the code of a day, hour or weekday."""
    if column in TIME_COLUMNS:
        return local.code(column, parameters)
    known = VIEW_COLUMNS.get(column)
    if known is None or not known.group:
        raise UsageError(f"group: no such column: {column[:60]!r}")
    if known.kind == "flag":
        return f"CASE WHEN {column} THEN 'yes' WHEN NOT {column} THEN 'no' END"
    return column


def group_label(column: str, code: object) -> str | None:
    """A group's value as people and addresses write it; null = none."""
    if code is None:
        return None
    return label(column, int(str(code))) if column in TIME_COLUMNS else str(code)


def group_order(order: tuple[str, bool]) -> str:
    """SQL that sorts groups: the figure, then the value; what has no such figure comes last."""
    name, down = order
    if name not in GROUP_ORDERS:
        raise UsageError(f"sort of groups: no such figure: {name[:60]!r}")
    direction = "DESC" if down else "ASC"
    return f"{_SHARES.get(name, name)} {direction} NULLS LAST, value ASC NULLS LAST"
