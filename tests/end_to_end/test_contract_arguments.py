"""Arguments, options and exit codes, sentence by sentence of the contract of ``check``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.conftest import OFFICE, PROVIDER, QUEUE_LOG, Run
from tests.end_to_end.quick import TABLES, Quick, company, sums_hold

BOTH = ("provider=provider.csv", "office=Master.csv", "office=queue_log")

WITH_ONE_MORE = PROVIDER.replace(
    "p5,", "p9,2026-11-02 10:35:00,+79000000008,+74950000001,80,60,answered\np5,"
)


@pytest.fixture
def bench(tmp_path: Path) -> Quick:
    return company(tmp_path)


def same(one: Run, other: Run) -> bool:
    return all(
        (one.out / f"{name}.csv").read_bytes() == (other.out / f"{name}.csv").read_bytes() for name in TABLES
    )


def test_files_of_one_source_complete_each_other_and_sources_of_one_role_stay_apart(bench: Quick) -> None:
    together = bench.check("office=Master.csv", "office=queue_log")
    assert [source["name"] for source in together.summary["sources"]] == ["office"]
    assert together.summary["sources"][0]["files"] == 2
    apart = bench.check("office@a=Master.csv", "office@b=queue_log")
    sums_hold(apart)
    assert [(s["name"], s["role"]) for s in apart.summary["sources"]] == [("a", "office"), ("b", "office")]


def test_two_offices_in_series_tell_of_one_call(bench: Quick) -> None:
    bench.write("second.csv", OFFICE.replace("1793", "2-1793").replace("trunk", "uplink"))
    run = bench.check("provider=provider.csv", "office@front=Master.csv", "office@back=second.csv")
    sums_hold(run)
    assert len(run.table("calls")) == 5
    assert {call["witnesses"] for call in run.table("calls")} == {"provider;back;front"}


def test_the_name_defaults_to_the_role(bench: Quick) -> None:
    assert same(bench.check("office=Master.csv"), bench.check("office@office=Master.csv"))


@pytest.mark.parametrize("kind", ["asterisk", "spreadsheet", "mango", "email_report"])
def test_an_adapter_counts_only_if_it_is_a_kind_there_is(bench: Quick, kind: str) -> None:
    bench.write("x:provider.csv", PROVIDER)
    bench.write("C:provider.csv", PROVIDER)
    assert bench.check("provider=x:provider.csv").code == 0
    assert bench.check("provider=C:provider.csv").code == 0
    bench.write(f"{kind}:provider.csv", PROVIDER)
    run = bench.check(f"provider={kind}:nowhere.csv")
    assert run.code == 2
    assert "nowhere.csv" in run.said


def test_several_candidates_are_an_error_that_lists_them(
    bench: Quick, monkeypatch: pytest.MonkeyPatch
) -> None:
    from callwitness.ingest import registry  # noqa: PLC0415
    from callwitness.ingest.contract import Guess  # noqa: PLC0415

    adapter = registry.load_adapter("mango")
    monkeypatch.setattr(adapter, "recognise", lambda *_: Guess("mango", "x", 0.99, "said so"), raising=False)
    run = bench.check("office=Master.csv")
    assert (run.code, run.out.exists()) == (2, False)
    assert "asterisk" in run.said
    assert "mango" in run.said
    assert bench.check("office=asterisk:Master.csv").code == 0


def test_a_folder_a_pattern_and_the_files_one_by_one_give_the_same_tables(bench: Quick) -> None:
    bench.write("logs/Master.csv", OFFICE)
    bench.write("logs/queue_log", QUEUE_LOG)
    bench.write("logs/.hidden", b"\x00\x01")
    one_by_one = bench.check("office=logs/Master.csv", "office=logs/queue_log")
    for arguments in (("office=logs",), ("office=logs/",), ("office=logs/*",), ("office=log?/*",), ("office=**/logs/*",),
                      ("office=logs/Mas*", "office=logs/queue_log")):  # fmt: skip
        assert same(one_by_one, bench.check(*arguments)), arguments


@pytest.mark.parametrize(
    "argument",
    [
        "provider", "=provider.csv", "provider=", "operator=provider.csv", "Provider=provider.csv",
        "provider@=provider.csv", "provider@a b=provider.csv", "provider@a;b=provider.csv", "provider.csv",
        "provider=spreadsheet:", "provider=?zone=UTC", "provider=provider.csv?zone=Nowhere/Atall",
    ],
)  # fmt: skip
def test_an_argument_that_is_none_is_refused_by_its_text(bench: Quick, argument: str) -> None:
    run = bench.check("office=Master.csv", argument)
    assert (run.code, run.out.exists()) == (2, False)
    assert argument in run.said or "Nowhere/Atall" in run.said
    assert "expected" in run.said or "no " in run.said or "name" in run.said


@pytest.mark.parametrize(
    "options",
    [
        ("--lang", "de"), ("--format", "xml"), ("--period", ""), ("--period", "2026-11-02..2026-11-01"),
        ("--period", "2026-11-31..2026-12-01"), ("--period", "9999-12-31..9999-12-31"), ("--as-of", ""),
        ("--as-of", "9999-12-31T23:59:59-14:00"), ("--fail-on", "never_arrived,nonsense"), ("--config", "."),
        ("--config", "provider.csv"), ("--nonsense",),
    ],
)  # fmt: skip
def test_a_wrong_option_exits_with_2_and_writes_nothing(bench: Quick, options: tuple[str, ...]) -> None:
    run = bench.check(*BOTH, *options)
    assert (run.code, run.out.exists()) == (2, False), run.printed
    assert len(run.said.strip()) > 20
    assert "Traceback" not in run.said


def test_an_option_of_a_source_counts_for_its_own_file(bench: Quick) -> None:
    moved = PROVIDER.replace(" 10:", " 13:")
    bench.write("moved.csv", moved)
    plain = bench.check("provider=provider.csv")
    assert [
        call["started_at"] for call in bench.check("provider=moved.csv?zone=Europe/Moscow").table("calls")
    ] == [call["started_at"] for call in plain.table("calls")]


def test_both_ends_of_the_period_are_included_in_the_zone_of_the_workspace(bench: Quick) -> None:
    edges = ["2026-11-01 23:59:59", "2026-11-02 00:00:00", "2026-11-03 23:59:59", "2026-11-04 00:00:00"]
    rows = "".join(
        f"e{at},{edge},+7900000001{at},+74950000001,5,5,answered\n" for at, edge in enumerate(edges)
    )
    bench.write("provider.csv", PROVIDER.partition("\n")[0] + "\n" + rows)
    bench.write("callwitness.toml", 'zone = "Asia/Tokyo"\n')
    run = bench.check(
        "provider=provider.csv", "--config", "callwitness.toml", "--period", "2026-11-02..2026-11-03"
    )
    sums_hold(run)
    assert [call["started_at"] for call in run.table("calls")] == [
        "2026-11-01T15:00:00.000Z",
        "2026-11-03T14:59:59.000Z",
    ]
    assert run.summary["period"] == "2026-11-02..2026-11-03"
    assert len(run.table("records")) == 4


def test_as_of_is_the_end_of_the_evidence_or_what_is_said(bench: Quick) -> None:
    assert bench.check(*BOTH).summary["as_of"] == "2026-11-02T10:41:10.000Z"
    late = bench.check(*BOTH, "--as-of", "2026-12-24T00:00+02:00")
    assert late.summary["as_of"] == "2026-12-23T22:00:00.000Z"
    assert {case["state"] for case in late.table("lost_callers")} == {"self_recovered", "expired"}


def test_force_leaves_nothing_of_the_result_before(bench: Quick) -> None:
    bench.check(*BOTH, "--format", "parquet", out="result")
    again = bench.check(*BOTH, "--force", out="result")
    assert again.code == 0
    assert not list(again.out.glob("*.parquet"))
    assert same(again, bench.check(*BOTH))


def test_a_refusal_under_force_leaves_the_result_before_as_it_is(bench: Quick) -> None:
    before = {path.name: path.read_bytes() for path in bench.check(*BOTH, out="result").out.iterdir()}
    bench.write("nothing.bin", bytes(range(256)))
    run = bench.check("provider=nothing.bin", "--force", out="result")
    assert run.code == 2
    assert {path.name: path.read_bytes() for path in run.out.iterdir()} == before


def test_fail_on_takes_several_kinds_and_the_result_is_written(bench: Quick) -> None:
    bench.write("provider.csv", WITH_ONE_MORE)
    run = bench.check("provider=provider.csv", "office=Master.csv", "--fail-on", "clock_off, never_arrived")
    assert run.code == 3
    assert run.summary["findings"]["never_arrived"] == 1
    assert (run.out / "report.html").is_file()


def test_nothing_depends_on_the_clock_the_folder_or_an_earlier_run(bench: Quick, tmp_path: Path) -> None:
    (tmp_path / "elsewhere/deep").mkdir(parents=True)
    other = company(tmp_path / "elsewhere/deep")
    one, two = bench.check(*BOTH), other.check(*BOTH)
    assert same(one, two)
    assert (one.out / "report.html").read_bytes() == (two.out / "report.html").read_bytes()
    assert {**one.summary, "seconds": 0} == {**two.summary, "seconds": 0}


def test_an_excluded_call_says_why(bench: Quick) -> None:
    bench.write("provider.csv", WITH_ONE_MORE)
    bench.write(
        "callwitness.toml",
        '[numbers]\ntest = ["+79000000003"]\nblacklist = ["+79000000002"]\n\n'
        '[[outage]]\nfrom = "2026-11-02T10:34"\nto = "2026-11-02T10:36"\n',
    )
    run = bench.check(*BOTH, "--config", "callwitness.toml")
    sums_hold(run)
    excluded = {
        row["native_call_id"]: row["excluded_because"]
        for row in run.table("matches")
        if row["match"] == "excluded"
    }
    assert {excluded.get(name) for name in ("p2", "p3", "p9")} == {"spam", "test", "outage"}
    flags = {call["caller"]: call["flags"] for call in run.table("calls")}
    assert "spam" in flags["+79000000002"]
    assert "test" in flags["+79000000003"]
