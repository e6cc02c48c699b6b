"""Tells the warehouse which calls there are: a Parquet file for each day whose calls changed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import polars as pl

from callwitness.ledger import bulk
from callwitness.ledger import models as m
from callwitness.services.people.book import agents_of
from callwitness.services.reading import Progress
from callwitness.services.stores import warehouse
from callwitness.warehouse.contract import CALL_FACTS

DAY_MS: Final = 86_400_000
_EPOCH: Final = date(1970, 1, 1)
_LISTS: Final = ("flags", "witnesses", "finding_kinds", "agents")
_SAME: Final = (
    "started_at", "ended_at", "signal_answered_at", "agent_answered_at", "human_voice_at", "queued_at", "direction",
    "caller", "caller_kind", "did", "called", "verdict", "queue", "agent", "trunk", "recovery", "wait_s", "talk_s",
    "findings", "recorded", "project_id",
)  # fmt: skip


def publish_dirty(now: int, progress: Progress | None = None) -> int:
    """Publish every day that changed up to now; how many. A day that changes meanwhile is published again next time."""
    waiting = (
        m.UnpublishedDay.objects.filter(since__lte=now)
        .order_by("-day")
        .values_list("id", "workspace_id", "day", "since")
    )
    days = list(waiting)
    for pk, workspace_id, day, since in days:
        publish_day(m.Workspace.objects.get(pk=workspace_id), day)
        m.UnpublishedDay.objects.filter(pk=pk, since=since).delete()
        if progress:
            progress("publish", 1)
    return len(days)


def publish_day(workspace: m.Workspace, day: int) -> None:
    """Write the calls that start on a UTC day (since 1970)."""
    calls = m.Call.objects.filter(
        workspace=workspace, started_at__gte=day * DAY_MS, started_at__lt=(day + 1) * DAY_MS
    )
    schema = {"id": pl.Int64(), "public_id": pl.String()}
    schema |= {name: CALL_FACTS.schema[name] for name in (*_SAME, *_LISTS)}
    facts = bulk.frame_of(calls, schema).rename({"public_id": "call_id"}).sort("started_at", "call_id")
    facts = facts.join(_people(workspace, day), on="id", how="left").with_columns(
        pl.col(name).fill_null([]) for name in ("agent_ids", "team_ids")
    )
    facts = _with_names(workspace, facts)
    texts = [name for name, dtype in facts.schema.items() if dtype == pl.String and name != "call_id"]
    facts = facts.with_columns(pl.when(pl.col(name) != "").then(name).alias(name) for name in texts)
    warehouse().replace_day(workspace.id, _EPOCH + timedelta(days=day), CALL_FACTS.conform(facts.drop("id")))


def _people(workspace: m.Workspace, day: int) -> pl.DataFrame:
    """``id, agent_ids, team_ids`` of calls with people of ours."""
    tags = m.CallAgent.objects.filter(
        call__workspace=workspace,
        call__started_at__gte=day * DAY_MS,
        call__started_at__lt=(day + 1) * DAY_MS,
    )
    schema: dict[str, pl.DataType] = {
        "call_id": pl.Int64(),
        "agent_id": pl.Int64(),
        "agent__team_id": pl.Int64(),
    }
    tagged = bulk.frame_of(tags, schema)
    return (
        tagged.group_by("call_id")
        .agg(
            agent_ids=pl.col("agent_id").unique().sort(),
            team_ids=pl.col("agent__team_id").drop_nulls().unique().sort(),
        )
        .rename({"call_id": "id"})
    )


def _with_names(workspace: m.Workspace, facts: pl.DataFrame) -> pl.DataFrame:
    """Adds ``project`` and ``team``, and the teams whose queue the call was in."""
    projects = dict(m.Project.objects.filter(workspace=workspace).values_list("id", "name"))
    teams = list(m.Team.objects.filter(workspace=workspace))
    names = {team.id: team.name for team in teams}
    queues = {queue: team.id for team in teams for queue in team.queues}
    book = agents_of(workspace)
    agents = book.ids(facts["agent"], facts["started_at"])
    team_of = {agent: names[team] for agent, team in book.teams.items() if team is not None}
    by_queue = facts["queue"].replace_strict(queues, default=None, return_dtype=pl.Int64)
    both = (
        pl.concat_list("team_ids", by_queue.alias("queue_team")).list.drop_nulls().list.unique().list.sort()
    )
    return facts.with_columns(
        project=pl.col("project_id").replace_strict(projects, default=None, return_dtype=pl.String),
        team=agents.replace_strict(team_of, default=None, return_dtype=pl.String),
        team_ids=both,
    )
