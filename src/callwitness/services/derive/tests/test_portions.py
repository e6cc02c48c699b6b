"""The same evidence in whatever portions, order, with replays and after being set aside: the same ledger up to ids."""

from __future__ import annotations

import io
import random
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from callwitness.ledger import models as m
from callwitness.services import derive
from callwitness.services.arrivals import receive as arrivals
from callwitness.services.arrivals.read_evidence import read_pending
from callwitness.services.arrivals.replays import replay, set_aside
from callwitness.services.derive import run, windows

pytestmark = pytest.mark.django_db

NOW = 1_793_000_000_000  # 26 October 2026
HEAD = "id,start,caller,called,total,talk,result,agent\n"
AGENTS = ("Ivanova", "Petrov")
Portion = tuple[str, str, str]
"""Source, name of the file, its text."""


def invented(chance: random.Random) -> list[Portion]:
    """Some days of two sources, some calls seen by one of them alone, some around midnight, in files of a few rows."""
    rows: dict[str, list[str]] = {"provider": [], "office": []}
    begin = datetime(2026, 10, 5, tzinfo=UTC)
    for number in range(chance.randint(8, 24)):
        at = begin + timedelta(days=chance.randint(0, 5), hours=chance.choice((9, 10, 23)))
        at += timedelta(minutes=chance.choice((0, 1, 59)), seconds=chance.choice((0, 5, 58, 59)))
        caller, talked = f"+7900000000{chance.randint(1, 4)}", chance.random() < 0.5
        talk, result = (chance.randint(20, 200), "answered") if talked else (0, "no answer")
        both = caller, "+78000000001"
        if chance.random() < 0.85:
            rows["provider"].append(f"p{number},{at:%F %T},{','.join(both)},{talk + 10},{talk},{result},")
        if chance.random() < 0.85:
            seen = at + timedelta(seconds=chance.choice((0, 1, 2)))
            agent = chance.choice(AGENTS) if talked else ""
            rows["office"].append(
                f"o{number},{seen:%F %T},{','.join(both)},{talk + 9},{talk},{result},{agent}"
            )
    portions: list[Portion] = []
    for source, lines in rows.items():
        chance.shuffle(lines)
        while lines:
            some, lines = lines[: (size := chance.randint(1, 6))], lines[size:]
            portions.append((source, f"{source}-{len(portions)}.csv", HEAD + "\n".join(some) + "\n"))
    return portions


def company(slug: str) -> m.Workspace:
    made = m.Workspace.objects.create(slug=slug, name="Acme", country="RU")
    m.Project.objects.create(workspace=made, slug="main", name="Main")
    for role in ("provider", "office"):
        m.Source.objects.create(workspace=made, name=role, role=role, adapter="spreadsheet")
    return made


def bring(workspace: m.Workspace, portion: Portion) -> None:
    source = m.Source.objects.get(workspace=workspace, name=portion[0])
    arrivals.receive(source, io.BytesIO(portion[2].encode()), portion[1], "upload", NOW)
    read_pending(NOW)


def settle(workspace: m.Workspace) -> None:
    """As the worker does: as long as days are dirty."""
    for _ in range(4):
        if m.DirtyDay.objects.filter(workspace=workspace).exists():
            derive.derive_workspace(workspace, NOW)


def brought_at_random(workspace: m.Workspace, portions: list[Portion], chance: random.Random) -> None:
    """Shuffled, derived now and then, some set aside and brought back, some read again."""
    clock = NOW
    for portion in chance.sample(portions, len(portions)):
        clock += 1
        bring(workspace, portion)
        if chance.random() < 0.6:
            settle(workspace)
        if chance.random() < 0.4:
            picked = chance.choice(m.Evidence.objects.filter(source__workspace=workspace).order_by("id"))
            if chance.random() < 0.5 and set_aside(picked, clock):
                settle(workspace)
            replay(picked)
            read_pending(NOW)
    settle(workspace)
    assert not m.DirtyDay.objects.filter(workspace=workspace).exists()


def ledger(workspace: m.Workspace) -> dict[str, Any]:
    """Everything that was derived, ids left out."""
    of = {"workspace": workspace}
    calls, names = {}, {}
    for call in m.Call.objects.filter(**of).prefetch_related("seen_by__source", "ladder"):
        names[call.pk] = name = "+".join(
            sorted(f"{w.source.name}:{w.native_call_id}" for w in call.seen_by.all())
        )
        calls[name] = (
            call.verdict, call.caller, call.did, call.day, call.started_at, call.wait_s, call.talk_s, call.agent,
            call.recovery, call.findings, call.finding_kinds, sorted(call.flags), str(call.reasons),
            sorted((w.source.name, w.match, w.rule, w.dt_s) for w in call.seen_by.all()),
        )  # fmt: skip
    cases = [
        (case.caller, case.line, case.derived_state, case.state, case.tries, case.first_at, case.last_at, case.minutes,
         case.owner, case.why_missed, names[case.first_call_id], names[case.last_call_id],
         names.get(case.recovered_call_id or 0), names.get(case.why_call_id or 0))
        for case in m.LostCase.objects.filter(**of)
    ]  # fmt: skip
    findings = [
        (each.kind, each.severity, each.bears, names.get(each.call_id or 0, ""), each.at, each.left_source,
         each.left_value, each.right_source, each.right_value, each.from_at or 0, each.to_at or 0)
        for each in m.Finding.objects.filter(**of)
    ]  # fmt: skip
    mine = {"source__workspace": workspace}
    return {
        "calls": calls,
        "cases": sorted(map(str, cases)),
        "findings": sorted(map(str, findings)),
        "clock": sorted(m.ClockPoint.objects.filter(**mine).values_list("source__name", "at", "offset_s", "n")),
        "weeks": sorted(
            map(str, m.ReliabilityWeek.objects.filter(**mine).values_list(
                "source__name", "window_first", "week", "calls", "missing", "claimed_answered", "denied_answered"))
        ),
        "counted": sorted(m.SourceDay.objects.filter(**mine).values_list("source__name", "day", "records")),
        "windows": sorted(m.Window.objects.filter(**of).values_list("first", "end", "calls")),
    }  # fmt: skip


@pytest.mark.parametrize(("seed", "most"), [(0, 7), (1, 1), (5, 1), (2, 10_000)])
def test_any_portions_give_the_ledger_of_a_single_go(
    seed: int,
    most: int,
    data: Path,  # noqa: ARG001 the data folder
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run, "plan", partial(windows.plan, most=most))
    chance = random.Random(seed)
    portions = invented(chance)
    once, bit_by_bit = company("once"), company("bits")
    for portion in portions:
        bring(once, portion)
    settle(once)
    brought_at_random(bit_by_bit, portions, chance)
    wanted, found = ledger(once), ledger(bit_by_bit)
    for part, told in wanted.items():
        assert found[part] == told, part
