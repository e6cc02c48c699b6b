"""The contract of ``check``, tested from outside on two small witnesses."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

import pytest

from tests.end_to_end.conftest import OFFICE, PROVIDER, Bench, Run

BOTH = ("provider=provider.csv", "office=Master.csv", "office=queue_log")


def verdicts(run: Run) -> dict[str, str]:
    assert run.code == 0, run.said
    return {call["started_at"][11:16]: call["verdict"] for call in run.table("calls")}


def test_two_witnesses_give_one_verdict_per_call(bench: Bench) -> None:
    run = bench.check(*BOTH)
    assert verdicts(run) == {
        "10:00": "abandoned_in_queue",
        "10:10": "answered",
        "10:20": "no_answer",
        "10:30": "no_answer",
        "10:40": "answered",
    }
    calls = run.table("calls")
    assert [call["caller"] for call in calls] == [
        "+79000000001",
        "+79000000002",
        "+79000000003",
        "",
        "+79000000001",
    ]
    assert calls[3]["caller_kind"] == "withheld"
    assert calls[0]["source_ids"] == "office:1793613601.1;provider:p1"
    assert {call["witnesses"] for call in calls} == {"provider;office"}


def test_the_caller_who_got_through_recovers_himself_and_the_withheld_one_forms_no_case(bench: Bench) -> None:
    cases = bench.check(*BOTH).table("lost_callers")
    assert [(case["caller"], case["state"]) for case in cases] == [
        ("+79000000001", "self_recovered"),
        ("+79000000003", "open"),
    ]


def test_the_sums_add_up(bench: Bench) -> None:
    run = bench.check(*BOTH)
    summary = run.summary
    for source in summary["sources"]:
        assert source["rows"] == source["records"] + source["rejected"]
    for sums in summary["reconciliation"]["sources"].values():
        parts = sums["matched"] + sums["unmatched"] + sums["duplicate"] + sum(sums["excluded"].values())
        assert sums["calls"] == parts
    assert summary["calls"]["total"] == len(run.table("calls")) == 5
    assert sum(summary["calls"]["by_verdict"].values()) == 5
    assert len(run.table("records")) == sum(source["records"] for source in summary["sources"])
    ids = {call["call_id"] for call in run.table("calls")}
    for name in ("records", "matches", "findings"):
        assert {row["call_id"] for row in run.table(name)} - {""} <= ids


def test_any_order_of_arguments_gives_the_same_bytes(bench: Bench) -> None:
    one, other = bench.check(*BOTH), bench.check(*reversed(BOTH))
    for name in ("calls", "records", "matches", "lost_callers", "findings", "rejected"):
        assert (one.out / f"{name}.csv").read_bytes() == (other.out / f"{name}.csv").read_bytes(), name
    assert (one.out / "report.html").read_bytes() == (other.out / "report.html").read_bytes()
    assert {**one.summary, "seconds": 0} == {**other.summary, "seconds": 0}


def test_the_files_are_utf8_without_bom_with_lf(bench: Bench) -> None:
    run = bench.check(*BOTH)
    for path in run.out.iterdir():
        data = path.read_bytes()
        assert not data.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in data
        data.decode("utf-8")


def test_reasons_are_codes_with_parameters_and_name_the_proving_record(bench: Bench) -> None:
    run = bench.check(*BOTH)
    reasons = json.loads(run.table("calls")[0]["reasons"])
    records = {record["record_id"]: record for record in run.table("records")}
    first = reasons[0]
    assert first["code"] == "queue_log_abandon"
    assert first["params"]["seconds"] == 44
    assert records[first["params"]["record"]]["file"] == "queue_log"
    assert records[first["params"]["record"]]["row"] == "2"


def test_an_output_folder_that_is_not_empty_wants_force(bench: Bench) -> None:
    bench.write("full/keep.txt", "mine")
    refused = bench.check(*BOTH, out="full")
    assert refused.code == 2
    assert "--force" in refused.said
    assert [path.name for path in refused.out.iterdir()] == ["keep.txt"]
    assert bench.check(*BOTH, "--force", out="full").code == 0
    assert (refused.out / "keep.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("calls.csv",), "ROLE"),
        (("provider=nowhere.csv",), "nowhere.csv"),
        (("provider=nobody:provider.csv",), "nobody"),
        (("provider=binary.bin",), "binary.bin"),
        (("office=asterisk:provider.csv",), "provider.csv"),
        (("provider=provider.csv", "--period", "soon"), "--period"),
        (("provider=provider.csv", "--as-of", "soon"), "--as-of"),
        (("provider=provider.csv", "--fail-on", "nonsense"), "nonsense"),
        (("provider=provider.csv", "--config", "none.toml"), "none.toml"),
        (("provider@a=provider.csv", "office@a=Master.csv"), "provider and as office"),
        ((), "missing argument"),
    ],
)
def test_wrong_usage_exits_with_2_a_sentence_and_no_output(
    bench: Bench, arguments: tuple[str, ...], named: str
) -> None:
    bench.write("binary.bin", bytes(range(256)) * 40)
    run = bench.check(*arguments)
    assert run.code == 2, run.printed
    assert named.lower() in run.said.lower()
    assert "Traceback" not in run.said
    assert not run.out.exists()


def test_fail_on_exits_with_3_only_when_such_findings_exist(bench: Bench) -> None:
    bench.write(
        "Master.csv", "".join(line for line in OFFICE.splitlines(keepends=True) if "1793614801" not in line)
    )
    assert bench.check("provider=provider.csv", "office=Master.csv", "--fail-on", "never_arrived").code == 3
    assert (
        bench.check("provider=provider.csv", "office=Master.csv", "--fail-on", "duplicate_record").code == 0
    )


def test_a_call_the_office_does_not_know_never_arrived_and_bears_on_the_office(bench: Bench) -> None:
    bench.write(
        "Master.csv", "".join(line for line in OFFICE.splitlines(keepends=True) if "1793614801" not in line)
    )
    run = bench.check("provider=provider.csv", "office=Master.csv")
    assert verdicts(run)["10:20"] == "never_arrived"
    findings = run.table("findings")
    assert [(f["kind"], f["bears"], f["left_source"]) for f in findings] == [
        ("never_arrived", "office", "provider")
    ]


def test_an_empty_file_is_no_records_and_a_warning(bench: Bench) -> None:
    bench.write("empty.csv", "")
    run = bench.check("provider=provider.csv", "office=empty.csv")
    assert run.code == 0, run.said
    office = next(source for source in run.summary["sources"] if source["name"] == "office")
    assert (office["rows"], office["files"]) == (0, 1)


def test_the_same_bytes_twice_are_read_once(bench: Bench) -> None:
    bench.write("copy.csv", PROVIDER)
    run = bench.check("provider=provider.csv", "provider=copy.csv", "office=Master.csv")
    assert run.code == 0, run.said
    assert run.summary["sources"][0]["rows"] == 5
    assert (
        "copy.csv" in (run.out / "report.html").read_text(encoding="utf-8")
        or "copy.csv" in run.said + run.printed
    )


def test_folders_globs_gz_and_zip_are_read_through(bench: Bench) -> None:
    bench.write("logs/Master.csv.gz", gzip.compress(OFFICE.encode(), mtime=0))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("export/provider.csv", PROVIDER)
    bench.write("provider.zip", packed.getvalue())
    run = bench.check("provider=provider.zip", "office=logs", "office=queue_*")
    assert verdicts(run)["10:00"] == "abandoned_in_queue"
    files = {record["file"] for record in run.table("records")}
    assert "provider.zip!export/provider.csv" in files


def test_unreadable_members_of_a_folder_are_listed_and_passed_over(bench: Bench) -> None:
    bench.write("logs/Master.csv", OFFICE)
    bench.write("logs/notes.bin", bytes(range(256)))
    (bench.folder / "logs" / "link.csv").symlink_to("/etc/hostname")
    run = bench.check("provider=provider.csv", "office=logs")
    assert run.code == 0, run.said
    told = run.said + run.printed + (run.out / "report.html").read_text(encoding="utf-8")
    assert "notes.bin" in told
    assert "link.csv" in told


def test_bad_rows_are_kept_and_the_rest_goes_on(bench: Bench) -> None:
    bench.write("provider.csv", PROVIDER + "p6,2026-13-45 99:00:00,+79000000009,+74950000001,1,1,answered\n")
    run = bench.check(*BOTH)
    rejected = run.table("rejected")
    assert [(row["file"], row["row"]) for row in rejected] == [("provider.csv", "7")]
    assert "2026-13-45" in rejected[0]["raw"]
    assert len(run.table("calls")) == 5


def test_the_period_is_in_the_zone_of_the_workspace(bench: Bench) -> None:
    bench.write("callwitness.toml", 'zone = "UTC"\ncountry = "RU"\n')
    run = bench.check(*BOTH, "--config", "callwitness.toml", "--period", "2026-11-01..2026-11-01")
    assert run.code == 0, run.said
    assert run.table("calls") == []
    assert len(run.table("records")) == 15


def test_parquet_holds_the_same_rows(bench: Bench) -> None:
    import polars as pl  # noqa: PLC0415

    run = bench.check(*BOTH, "--format", "parquet")
    assert run.code == 0, run.said
    calls = pl.read_parquet(run.out / "calls.parquet")
    assert calls["verdict"].to_list()[0] == "abandoned_in_queue"
    assert calls.schema["started_at"] == pl.Datetime("ms", "UTC")


def test_hostile_names_are_text_in_the_report_and_no_formulas_in_the_tables(bench: Bench) -> None:
    hostile = PROVIDER.replace("p1,", "=cmd|'/c calc'!A0,").replace("p2,", "<script>alert(1)</script>,")
    bench.write("provider.csv", hostile)
    run = bench.check(*BOTH)
    assert run.code == 0, run.said
    assert "<script>alert(1)" not in (run.out / "report.html").read_text(encoding="utf-8")
    cells = [
        cell for name in ("calls", "records", "matches") for row in run.table(name) for cell in row.values()
    ]
    assert [cell for cell in cells if cell.startswith(("=", "@"))] == []
