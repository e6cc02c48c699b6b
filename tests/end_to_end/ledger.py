"""Brings evidence into a ledger and compares what it says with what ``check`` says."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import polars as pl

from callwitness.ledger import models as m
from callwitness.services.arguments import SourceArgument
from callwitness.services.arrivals import receive as arrivals
from callwitness.services.check import CheckRequest, CheckResult, check
from callwitness.services.settings import Settings

COLUMNS = ("verdict", "direction", "caller", "did", "queue", "trunk", "started_at", "signal_answered_at", "ended_at",
           "agent", "recovery", "flags", "agents")  # fmt: skip


def checked(arguments: list[SourceArgument], settings: Settings) -> CheckResult:
    return check(
        CheckRequest(arguments, settings.rules, settings.read, settings.read_default, settings.neutral)
    )


def workspace_with(config: Path | None) -> m.Workspace:
    table = tomllib.loads(config.read_text("utf-8")) if config else {}
    return m.Workspace.objects.create(
        slug="acme",
        name="Acme",
        zone=table.pop("zone", "UTC"),
        country=table.pop("country", ""),
        language=table.pop("language", "en"),
        settings=table,
    )


def bring(workspace: m.Workspace, argument: SourceArgument, now: int) -> None:
    source, _ = m.Source.objects.get_or_create(
        workspace=workspace,
        name=argument.name,
        defaults={"role": argument.role, "options": dict(argument.options)},
    )
    path = Path(argument.path)
    with path.open("rb") as stream:
        arrivals.receive(source, stream, path.name, "upload", now)


def ledger_calls(workspace: m.Workspace) -> dict[str, tuple[Any, ...]]:
    rows = m.Call.objects.filter(workspace=workspace).values_list("public_id", *COLUMNS)
    return {public_id: tuple(values) for public_id, *values in rows}


def checked_calls(result: CheckResult) -> dict[str, tuple[Any, ...]]:
    calls = result.tables.calls.with_columns(pl.col(pl.String).fill_null(""))
    return {row[0]: tuple(row[1:]) for row in calls.select("call_id", *COLUMNS).iter_rows()}


def same(workspace: m.Workspace, result: CheckResult) -> None:
    """Calls, who told them, cases and findings are those of the check."""
    assert ledger_calls(workspace) == checked_calls(result)
    told = m.Witness.objects.filter(call__workspace=workspace)
    matches = result.tables.matches.select("source", "call_id", "match", "rule").fill_null("")
    assert sorted(told.values_list("source__name", "call__public_id", "match", "rule")) == sorted(
        matches.iter_rows()
    )
    cases = result.tables.lost_callers.select("case_id", "state", "tries", "owner", "why_missed").fill_null(
        ""
    )
    mine = m.LostCase.objects.filter(workspace=workspace)
    assert set(mine.values_list("public_id", "state", "tries", "owner", "why_missed")) == set(
        cases.iter_rows()
    )
    findings = result.tables.findings.select("kind", "call_id", "left_source", "bears").fill_null("")
    found = m.Finding.objects.filter(workspace=workspace)
    assert sorted(
        (kind, call or "", left, bears)
        for kind, call, left, bears in found.values_list("kind", "call__public_id", "left_source", "bears")
    ) == sorted(findings.iter_rows())
