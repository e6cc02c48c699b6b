"""The files of a result, sentence by sentence of the contract of ``check``."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from tests.end_to_end.conftest import PROVIDER, Run
from tests.end_to_end.quick import TABLES, Quick, company, sums_hold

COLUMNS = {
    "calls": "call_id, started_at, direction, caller, caller_kind, did, verdict, flags, reasons, signal_answered_at, "
    "queued_at, agent_answered_at, human_voice_at, ended_at, wait_s, talk_s, agent, agents, queue, trunk, case_id, "
    "recovery, recovered_call_id, witnesses, source_ids",
    "records": "record_id, call_id, source, role, file, row, evidence, native_id, native_call_id, direction, "
    "caller_raw, caller, called_raw, called, did, segment, queue, agent, extension, trunk, started_at, answered_at, "
    "ended_at, ring_s, wait_s, talk_s, billed_s, result, cause, hangup_by, recording",
    "matches": "source, native_call_id, call_id, match, excluded_because, pair_source, pair_native_call_id, dt_s, rule",
    "lost_callers": "case_id, caller, line, state, tries, first_at, last_at, first_call_id, last_call_id, "
    "recovered_at, recovered_call_id, minutes, short, owner, why_missed, why_call_id",
    "findings": "finding_id, kind, severity, call_id, bears, left_source, left_value, left_record, right_source, "
    "right_value, right_record, from, to, reasons",
    "rejected": "source, file, row, reason, raw",
}
SUMMARY = {
    "": "version as_of period sources reconciliation calls lost service_level findings seconds",
    "sources": "name role adapter files rows records rejected calls zone zone_found_by clock",
    "reconciliation": "sources pairs",
    "calls": "total by_direction by_verdict",
    "lost": "open recovered self_recovered expired not_needed",
    "service_level": "signal agent voice",
}
TIMES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
SECONDS = re.compile(r"-?\d+(\.\d{1,3})?")
BOTH = ("provider=provider.csv", "office=Master.csv", "office=queue_log")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Quick:
    """Two witnesses with everything a table may hold: a lost row, a doubled one, a bad one."""
    made = company(tmp_path_factory.mktemp("company"))
    rows = PROVIDER.splitlines(keepends=True)
    rows.insert(3, rows[2].replace("p2,", "p2b,"))
    rows.insert(6, rows[2].replace("p2,", "p9,").replace("10:10", "10:35").replace("0000002,", "0000008,"))
    made.write("provider.csv", "".join([*rows, "bad,never,x,y,z\n"]))
    return made


@pytest.fixture(scope="module")
def run(bench: Quick) -> Run:
    done = bench.check(*BOTH)
    sums_hold(done)
    return done


@pytest.mark.parametrize("name", TABLES)
def test_the_columns_stand_in_their_order(run: Run, name: str) -> None:
    with (run.out / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        assert ", ".join(next(csv.reader(stream))) == COLUMNS[name]


def test_nothing_but_the_named_files_is_written(run: Run) -> None:
    assert {path.name for path in run.out.iterdir()} == {
        *(f"{name}.csv" for name in TABLES),
        "summary.json",
        "report.html",
    }


def test_times_are_utc_with_milliseconds_and_seconds_have_three_places_at_most(run: Run) -> None:
    for name in TABLES:
        for row in run.table(name):
            for column, cell in row.items():
                if cell and (column.endswith("_at") or column in ("from", "to")):
                    assert TIMES.fullmatch(cell), (name, column, cell)
                if cell and (column.endswith("_s") or column == "minutes"):
                    assert SECONDS.fullmatch(cell), (name, column, cell)


@pytest.mark.parametrize("name", ["calls", "matches", "records"])
def test_rows_are_sorted_by_the_start_and_id_of_the_call(run: Run, name: str) -> None:
    started = {call["call_id"]: call["started_at"] for call in run.table("calls")}
    rows = run.table(name)
    keys = [
        (row["started_at"] if name != "matches" else started[row["call_id"]], row["call_id"]) for row in rows
    ]
    assert keys == sorted(keys)
    assert len(rows) > 3


def test_every_call_id_of_every_file_is_in_calls(run: Run) -> None:
    known = {call["call_id"] for call in run.table("calls")}
    assert len(known) == len(run.table("calls")) > 0
    for name in TABLES:
        for row in run.table(name):
            for column, cell in row.items():
                if column.endswith("call_id") and not column.endswith("native_call_id") and cell:
                    assert cell in known, (name, column)


def test_every_record_id_of_every_file_is_in_records(run: Run) -> None:
    known = {record["record_id"] for record in run.table("records")}
    named = [row[column] for row in run.table("findings") for column in ("left_record", "right_record")]
    for name in ("calls", "findings"):
        for row in run.table(name):
            named += [str(reason["params"].get("record", "")) for reason in json.loads(row["reasons"])]
    assert {each for each in named if each}
    assert {each for each in named if each} <= known


def test_values_come_from_the_lists_of_the_contract(run: Run) -> None:
    for call in run.table("calls"):
        assert call["direction"] in ("inbound", "outbound", "internal")
        assert call["caller_kind"] in ("number", "withheld", "extension", "hidden_by_forwarding")
        assert (call["caller"] == "") == (call["caller_kind"] == "withheld")
        flags = {
            "short",
            "transferred",
            "abandoned_after_answer",
            "repeat",
            "test",
            "spam",
            "after_hours",
            "",
        }
        assert set(call["flags"].split(";")) <= flags
        assert all(set(reason) == {"code", "params"} for reason in json.loads(call["reasons"]))
    for match in run.table("matches"):
        assert match["match"] in ("matched", "unmatched", "duplicate", "excluded")
        assert (match["excluded_because"] != "") == (match["match"] == "excluded")
        assert match["match"] != "matched" or (
            match["pair_source"] and match["pair_native_call_id"] and match["dt_s"]
        )
    for case in run.table("lost_callers"):
        assert case["short"] in ("true", "false")
        assert int(case["tries"]) >= 1
    for finding in run.table("findings"):
        assert finding["severity"] in ("info", "minor", "major", "critical")
        assert finding["bears"] in ("provider", "office", "contractor", "nobody")
        assert finding["left_source"]
        assert isinstance(json.loads(finding["reasons"]), list)
    assert {"duplicate_record", "never_arrived"} <= {row["kind"] for row in run.table("findings")}


def test_source_ids_name_every_id_that_any_source_has_for_a_call(run: Run) -> None:
    calls = {call["call_id"]: call for call in run.table("calls")}
    for match in run.table("matches"):
        ids = calls[match["call_id"]]["source_ids"].split(";")
        assert f"{match['source']}:{match['native_call_id']}" in ids
    for call in calls.values():
        named = {text.partition(":")[0] for text in call["source_ids"].split(";")}
        assert named == set(call["witnesses"].split(";"))
    assert calls[run.table("matches")[0]["call_id"]]["source_ids"] == "office:1793613601.1;provider:p1"


def test_a_pair_is_the_same_seen_from_either_side(run: Run) -> None:
    pairs = {
        (row["source"], row["native_call_id"]): (
            row["pair_source"],
            row["pair_native_call_id"],
            row["call_id"],
        )
        for row in run.table("matches")
        if row["match"] == "matched"
    }
    for one, (source, native, call_id) in pairs.items():
        assert pairs[source, native] == (*one, call_id)


def test_unreadable_rows_are_kept_with_their_place_and_text(run: Run) -> None:
    (rejected,) = run.table("rejected")
    assert (rejected["source"], rejected["file"], rejected["row"]) == ("provider", "provider.csv", "9")
    assert rejected["raw"] == "bad,never,x,y,z"
    assert "never" in rejected["reason"]


def test_the_summary_has_its_keys_in_their_order_and_adds_up(run: Run) -> None:
    summary = run.summary
    assert " ".join(summary) == SUMMARY[""]
    assert {" ".join(source) for source in summary["sources"]} == {SUMMARY["sources"]}
    for name in ("reconciliation", "calls", "lost", "service_level"):
        assert " ".join(summary[name]) == SUMMARY[name]
    assert [source["name"] for source in summary["sources"]] == ["provider", "office"]
    assert TIMES.fullmatch(summary["as_of"])
    assert all(TIMES.fullmatch(point["at"]) for source in summary["sources"] for point in source["clock"])
    calls = run.table("calls")
    for column in ("direction", "verdict"):
        counted = summary["calls"][f"by_{column}"]
        assert counted == {value: sum(call[column] == value for call in calls) for value in counted}
        assert sum(counted.values()) == len(calls)
    for name, sums in summary["reconciliation"]["sources"].items():
        mine = [row for row in run.table("matches") if row["source"] == name]
        assert sums["calls"] == len(mine)
        for match in ("matched", "unmatched", "duplicate"):
            assert sums[match] == sum(row["match"] == match for row in mine)
        assert sum(sums["excluded"].values()) == sum(row["match"] == "excluded" for row in mine)
    states = [case["state"] for case in run.table("lost_callers")]
    assert summary["lost"] == {state: states.count(state) for state in summary["lost"]}
    kinds = [finding["kind"] for finding in run.table("findings")]
    assert summary["findings"] == {kind: kinds.count(kind) for kind in sorted(set(kinds))}


def test_waits_and_talks_follow_from_the_times(run: Run) -> None:
    def ms(text: str) -> int:
        return round(datetime.fromisoformat(text).timestamp() * 1000)

    for call in run.table("calls"):
        human = call["human_voice_at"] or call["agent_answered_at"]
        if call["wait_s"]:
            until = human or call["ended_at"]
            assert float(call["wait_s"]) == (ms(until) - ms(call["started_at"])) / 1000, call
        if call["talk_s"]:
            assert float(call["talk_s"]) <= (ms(call["ended_at"]) - ms(human)) / 1000 + 0.001


def test_parquet_holds_the_rows_of_the_csv_files(bench: Quick, run: Run) -> None:
    other = bench.check(*BOTH, "--format", "parquet")
    assert {path.name for path in other.out.iterdir()} == {
        *(f"{name}.parquet" for name in TABLES),
        "summary.json",
        "report.html",
    }
    for name in TABLES:
        frame = pl.read_parquet(other.out / f"{name}.parquet")
        assert ", ".join(frame.columns) == COLUMNS[name]
        assert frame.height == len(run.table(name))
        for column in frame.columns:
            if frame.schema[column] == pl.String:
                cells = [row[column] for row in run.table(name)]
                assert [value or "" for value in frame[column].to_list()] == cells, (name, column)


def test_the_report_loads_nothing_from_anywhere(run: Run) -> None:
    page = (run.out / "report.html").read_text(encoding="utf-8")
    assert not re.search(
        r"<script[^>]*\ssrc|<link[^>]*\shref|@import|<iframe|<object|<embed", page, re.IGNORECASE
    )
    loads = re.findall(
        r"""(?:src|srcset|data|poster)\s*=\s*["'](?!data:)([^"'#][^"']*)""", page, re.IGNORECASE
    )
    assert loads == []
    assert re.findall(r"url\((?!['\"]?(?:#|data:))", page) == []


@pytest.mark.parametrize(("lang", "letters"), [("en", "a-z"), ("ru", "ыэё"), ("uk", "іїєґ")])
def test_the_report_speaks_the_chosen_language_and_the_tables_do_not_change(
    bench: Quick, run: Run, lang: str, letters: str
) -> None:
    other = bench.check(*BOTH, "--lang", lang)
    page = (other.out / "report.html").read_text(encoding="utf-8")
    assert re.search(rf"<html[^>]*lang=\"{lang}\"", page)
    assert len(re.findall(f"[{letters}]", page)) > 50
    for name in TABLES:
        assert (other.out / f"{name}.csv").read_bytes() == (run.out / f"{name}.csv").read_bytes()


def test_the_place_of_a_row_is_its_first_line_also_when_a_cell_spans_lines(tmp_path: Path) -> None:
    bench = company(tmp_path)
    bench.write(
        "provider.csv",
        PROVIDER.replace("80,60,answered", '80,60,"answered\nby Ann"').replace("p4,", "p4,nonsense"),
    )
    run = bench.check("provider=provider.csv")
    assert [row["row"] for row in run.table("records")] == ["2", "3", "5", "7"]
    assert [row["row"] for row in run.table("rejected")] == ["6"]


def test_rows_of_an_archive_are_named_by_archive_and_member(tmp_path: Path) -> None:
    bench = company(tmp_path)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a/one.csv", PROVIDER + "bad,never,x,y,z\n")
        archive.writestr("b/two.csv", PROVIDER.replace("p", "q").replace("2026-11-02", "2026-11-03"))
    bench.write("both.zip", packed.getvalue())
    run = bench.check("provider=both.zip")
    sums_hold(run)
    assert {row["file"] for row in run.table("records")} == {"both.zip!a/one.csv", "both.zip!b/two.csv"}
    assert [(row["file"], row["row"]) for row in run.table("rejected")] == [("both.zip!a/one.csv", "7")]
    assert run.summary["sources"][0]["files"] == 2


def test_ids_stand_for_the_content_not_for_the_name_of_a_file(tmp_path: Path) -> None:
    bench = company(tmp_path)
    bench.write("elsewhere/renamed.csv", PROVIDER)
    one, other = bench.check("provider=provider.csv"), bench.check("provider=elsewhere/renamed.csv")
    for name, column in (("calls", "call_id"), ("records", "record_id"), ("lost_callers", "case_id")):
        ids = [row[column] for row in one.table(name)]
        assert ids == [row[column] for row in other.table(name)]
        assert len(set(ids)) == len(ids) > 0
