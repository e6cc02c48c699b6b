"""The server's ledger says what ``check`` says of the same evidence, in whatever order and portions it arrives."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial
from pathlib import Path

import polars as pl
import pytest

from callwitness.ledger import models as m
from callwitness.services import derive
from callwitness.services.arguments import SourceArgument, parse_source
from callwitness.services.arrivals.read_evidence import read_pending
from callwitness.services.check import CheckResult
from callwitness.services.derive import run, windows
from callwitness.services.settings import load, read_settings
from callwitness.simulate.world import WorldOptions, simulate
from tests.end_to_end.ledger import bring, checked, same, workspace_with

pytestmark = pytest.mark.django_db

ADAPTERS = Path(__file__).parents[2] / "src" / "callwitness" / "adapters"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("world")
    simulate(WorldOptions(days=12, calls_per_day=40, seed=11), out)
    return out


def arguments_of(world: Path) -> list[SourceArgument]:
    files = ["provider=provider.csv", "office=Master.csv", "office=queue_log", "office=cel.csv"]
    files += [f"contractor=contractor/{mail.name}" for mail in sorted((world / "contractor").iterdir())]
    parts = [text.partition("=") for text in files]
    return [parse_source(f"{role}={world}/{name}", ["asterisk"]) for role, _, name in parts]


@pytest.mark.parametrize("seed", [1, 2])
def test_an_invented_company_in_any_order_and_portions(data: Path, world: Path, seed: int) -> None:
    assert data.is_dir()
    arguments, chance = arguments_of(world), random.Random(seed)
    result = checked(arguments, load(world / "callwitness.toml"))
    workspace = workspace_with(world / "callwitness.toml")
    chance.shuffle(arguments)
    for argument in arguments:
        bring(workspace, argument, result.as_of)
        if chance.random() < 0.4:
            read_pending(result.as_of)
            derive.derive_dirty(result.as_of)
    read_pending(result.as_of)
    derive.derive_dirty(result.as_of)
    names = m.Call.objects.values_list("anchor_source__name", "anchor_native_id", "public_id")
    by_anchor = {f"{source}:{native}": public for source, native, public in names}
    assert len(by_anchor) == result.tables.calls.height
    renamed = renamed_to(result, workspace)
    same(workspace, renamed)


def renamed_to(result: CheckResult, workspace: m.Workspace) -> CheckResult:
    """The check's tables under the ledger's ids: ledgers are compared up to ids, kept from earlier derivations."""
    told = m.Witness.objects.filter(call__workspace=workspace).exclude(match="duplicate")
    mine = {(s, n): c for s, n, c in told.values_list("source__name", "native_call_id", "call__public_id")}
    matches = result.tables.matches.filter(pl.col("match") != "duplicate")
    names = {
        call: mine[source, native.rpartition("/")[2]]
        for source, native, call in matches.select("source", "native_call_id", "call_id").iter_rows()
    }
    assert len(set(names.values())) == len(names)
    tables = result.tables

    def renamed(frame: pl.DataFrame) -> pl.DataFrame:
        columns = [name for name in frame.columns if name == "call_id" or name.endswith("_call_id")]
        columns = [name for name in columns if not name.startswith(("native", "pair"))]
        frame = frame.with_columns(pl.col(name).replace(names) for name in columns)
        if "case_id" in frame.columns:
            frame = frame.with_columns(
                pl.col("case_id").replace({f"lost-{old}": f"lost-{new}" for old, new in names.items()})
            )
        return frame

    return replace(
        result,
        tables=replace(
            tables,
            calls=renamed(tables.calls),
            matches=renamed(tables.matches),
            lost_callers=renamed(tables.lost_callers),
            findings=renamed(tables.findings),
        ),
    )


@pytest.mark.parametrize(
    "text",
    [
        "office=asterisk/samples/dump.sql",
        "office=asterisk/samples/freepbx_export.csv",
        "office=asterisk/samples/queue_log",
    ],
)
def test_a_dump_of_an_exchange_gives_the_verdicts_of_check(data: Path, text: str) -> None:
    assert data.is_dir()
    role, _, path = text.partition("=")
    arguments = [parse_source(f"{role}={ADAPTERS / path}", ["asterisk"])]
    settings = read_settings({"zone": "UTC", "country": "RU"}, "test")
    result = checked(arguments, settings)
    workspace = workspace_with(None)
    workspace.country = "RU"
    workspace.save()
    bring(workspace, arguments[0], result.as_of)
    read_pending(result.as_of)
    derive.derive_dirty(result.as_of)
    same(workspace, result)


def test_many_small_windows_tell_the_same_calls_as_one(
    data: Path, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clocks measured from days instead of the whole file may differ by moments; what happened may not."""
    assert data.is_dir()
    arguments = arguments_of(world)
    result = checked(arguments, load(world / "callwitness.toml"))
    workspace = workspace_with(world / "callwitness.toml")
    monkeypatch.setattr(run, "plan", partial(windows.plan, most=2_000))
    for argument in arguments:
        bring(workspace, argument, result.as_of)
    read_pending(result.as_of)
    assert derive.derive_dirty(result.as_of) > 3
    told = m.Witness.objects.filter(call__workspace=workspace)
    groups: dict[int, set[str]] = {}
    for call, source, native in told.values_list("call_id", "source__name", "native_call_id"):
        groups.setdefault(call, set()).add(f"{source}:{native}")
    verdicts = dict(m.Call.objects.values_list("id", "verdict"))
    mine = {frozenset(members): verdicts[call] for call, members in groups.items()}
    wanted = (
        result.tables.matches.group_by("call_id")
        .agg(members=pl.format("{}:{}", "source", pl.col("native_call_id").str.replace(r"^.*/", "")))
        .join(result.tables.calls.select("call_id", "verdict"), on="call_id")
    )
    whole = {
        frozenset(members): verdict for members, verdict in wanted.select("members", "verdict").iter_rows()
    }
    differ = {members for members in mine.keys() | whole.keys() if mine.get(members) != whole.get(members)}
    assert len(differ) <= len(whole) // 100
