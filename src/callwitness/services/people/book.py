"""Whose calls they are: the texts that sources give for agents, resolved to agents of ours as of a moment.

An agent is found by what sources call him at that moment (``Extension``), failing that by his own name; upper and lower
case are the same. What nobody owns stays a text (``services.people.strangers`` lists it).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import polars as pl

from callwitness.ledger import models as m

ALWAYS: Final = -(2**62)
"""When an extension without a beginning began."""

_STRETCHES: Final = {"value": pl.String(), "agent_id": pl.Int64(), "from_at": pl.Int64(), "to_at": pl.Int64()}
_NAMES: Final = {"value": pl.String(), "named_id": pl.Int64()}


@dataclass(frozen=True, slots=True)
class AgentBook:
    """Everybody of a workspace. stretches: ``value, agent_id, from_at, to_at`` by from_at; names: ``value, named_id``.

    teams: agent id to team id, None = of no team.
    """

    stretches: pl.DataFrame
    names: pl.DataFrame
    teams: dict[int, int | None]

    def ids(self, values: pl.Series, at: pl.Series) -> pl.Series:
        """Agent ids (Int64, null = nobody's), row by row, for texts of sources at moments (ms UTC, null = now)."""
        asked = pl.DataFrame({"value": _folded(values), "at": at.cast(pl.Int64).fill_null(2**62)})
        asked = asked.with_row_index("row").sort("at")
        found = asked.join_asof(
            self.stretches, left_on="at", right_on="from_at", by="value", check_sortedness=False
        )
        found = found.join(self.names, on="value", how="left")
        in_force = pl.col("to_at").is_null() | (pl.col("at") < pl.col("to_at"))
        own = pl.when(in_force).then("agent_id")
        return found.sort("row").select(agent_id=pl.coalesce(own, "named_id")).to_series()


def agents_of(workspace: m.Workspace) -> AgentBook:
    """The book of a workspace, in two queries."""
    agents = list(m.Agent.objects.filter(workspace=workspace).values_list("id", "name", "team_id"))
    extensions = m.Extension.objects.filter(agent__workspace=workspace).values_list(
        "value", "agent_id", "from_at", "to_at"
    )
    stretches = pl.DataFrame(list(extensions), schema=_STRETCHES, orient="row").with_columns(
        value=_folded("value"), from_at=pl.col("from_at").fill_null(ALWAYS)
    )
    names = pl.DataFrame([(name, agent) for agent, name, _ in agents], schema=_NAMES, orient="row")
    names = names.with_columns(value=_folded("value")).unique("value", keep="first", maintain_order=True)
    return AgentBook(stretches.sort("from_at", "agent_id"), names, {agent: team for agent, _, team in agents})


def tags(book: AgentBook, calls: pl.DataFrame, ladder: pl.DataFrame) -> pl.DataFrame:
    """``call_id, agent_id, talked``: our people in each call, once, those who talked and those who were only rung.

    calls: ``call_id, started_at, agents`` (list of texts, who talked); ladder: ``call_id, agent, extension``.
    """
    talked = calls.select("call_id", "started_at", agent="agents").explode("agent").drop_nulls("agent")
    talked = talked.select(
        "call_id", agent_id=book.ids(talked["agent"], talked["started_at"]), talked=pl.lit(True)
    )
    rung = ladder.select("call_id", "agent", "extension").unique()
    rung = rung.filter(pl.col("agent").is_not_null() | pl.col("extension").is_not_null())
    rung = rung.join(calls.select("call_id", "started_at"), on="call_id")
    by_agent, by_extension = (book.ids(rung[name], rung["started_at"]) for name in ("agent", "extension"))
    rung = rung.select(
        "call_id", agent_id=pl.coalesce(by_agent, by_extension.alias("other")), talked=pl.lit(False)
    )
    found = pl.concat([talked, rung]).drop_nulls("agent_id")
    return found.group_by("call_id", "agent_id").agg(pl.col("talked").any()).sort("call_id", "agent_id")


def overlapping(
    workspace: m.Workspace, value: str, from_at: int | None, to_at: int | None, but: Collection[int] = ()
) -> m.Extension | None:
    """Who has this name or number in the same time already; ``but``: ids of extensions that do not count."""
    asked = fold(value)
    for other in m.Extension.objects.filter(agent__workspace=workspace).select_related("agent"):
        begins_after = to_at is not None and other.from_at is not None and other.from_at >= to_at
        ended_before = from_at is not None and other.to_at is not None and other.to_at <= from_at
        if other.id not in but and fold(other.value) == asked and not begins_after and not ended_before:
            return other
    return None


def fold(text: str) -> str:
    """A text as it is compared."""
    return text.strip().lower()


def _folded(texts: pl.Series | str) -> pl.Expr | pl.Series:
    column = pl.col(texts) if isinstance(texts, str) else texts.cast(pl.String)
    return column.str.strip_chars().str.to_lowercase()
