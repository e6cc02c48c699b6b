"""Every rule of matching two witnesses, as a page of a call list."""

from __future__ import annotations

import polars as pl
import pytest

from callwitness.domain.reconcile import Reconciliation
from callwitness.domain.reconcile.tests.worlds import (
    CONTRACTOR,
    OFFICE,
    PROVIDER,
    calls,
    everyday,
    matched,
    pairs,
    standing,
    together,
)
from callwitness.domain.rules import Coverage, Outage, Rules, SourceInfo


def test_five_redials_in_two_minutes_give_five_pairs_in_time_order() -> None:
    page = calls("""
        source    time      caller       did          total  talk
        provider  10:00:00  79000000011  74950000001  5      0
        provider  10:00:20  79000000011  74950000001  6      0
        provider  10:00:45  79000000011  74950000001  4      0
        provider  10:01:10  79000000011  74950000001  5      0
        provider  10:01:30  79000000011  74950000001  60     50
        office    10:00:01  79000000011  74950000001  5      0
        office    10:00:21  79000000011  74950000001  6      0
        office    10:00:46  79000000011  74950000001  4      0
        office    10:01:11  79000000011  74950000001  5      0
        office    10:01:31  79000000011  74950000001  60     50
        """)
    result = matched(together(calls(everyday()), page))
    assert pairs(result) == {("p1", "o6"), ("p2", "o7"), ("p3", "o8"), ("p4", "o9"), ("p5", "o10")}


def test_a_call_that_never_reached_the_office_is_unmatched_and_the_office_missing() -> None:
    page = calls("""
        source    time      caller       did          total  talk
        provider  10:00:00  79000000011  74950000001  15     0
        """)
    result = matched(together(calls(everyday()), page))
    assert standing(result)["p1"] == "unmatched"
    group = result.groups.filter(pl.col("scall") == _scall(result, "p1"))["group"].item()
    assert result.missing.rows() == [(group, "office")]


def test_the_middle_redial_that_is_lost_leaves_the_others_paired_in_order() -> None:
    page = calls("""
        source    time      caller       did          total  talk
        provider  10:00:00  79000000011  74950000001  20     0
        provider  10:00:30  79000000011  74950000001  5      0
        provider  10:00:40  79000000011  74950000001  90     80
        office    10:00:01  79000000011  74950000001  20     0
        office    10:00:41  79000000011  74950000001  90     80
        """)
    result = matched(together(calls(everyday()), page))
    assert pairs(result) == {("p1", "o4"), ("p3", "o5")}
    assert standing(result)["p2"] == "unmatched"


def test_an_office_clock_that_is_ahead_is_measured_and_taken_out() -> None:
    page = calls("""
        source    time      caller       did          total  talk
        provider  10:00:00  79000000011  74950000001  30     20
        office    10:01:36  79000000011  74950000001  30     20
        """)
    result = matched(together(calls(everyday(ahead_s=95)), page))
    assert pairs(result) == {("p1", "o2")}
    offsets = result.clock.frame()["offset_s"]
    assert offsets.min() == pytest.approx(95, abs=1)
    assert offsets.max() == pytest.approx(95, abs=1)
    row = result.matches.filter(pl.col("native_call_id") == "o2")
    assert row["dt_s"].item() == pytest.approx(1, abs=1)


def test_a_file_in_utc_where_moscow_was_said_is_found_out() -> None:
    result = matched(calls(everyday(ahead_s=-3 * 3600 + 20)))
    assert result.zone_shift_s == {"provider": 0.0, "office": -3 * 3600.0}
    assert result.matches["match"].unique().to_list() == ["matched"]


def test_a_clock_set_at_noon_gives_a_step_and_loses_no_call() -> None:
    before, after = calls(everyday(days=range(1, 6))), calls(everyday(ahead_s=40, days=range(6, 11)))
    result = matched(together(before, after))
    assert result.steps["seconds"].to_list() == [pytest.approx(40, abs=2)]
    assert set(result.matches["match"]) == {"matched"}


def test_withheld_callers_are_matched_by_line_time_and_talk_and_never_by_being_withheld() -> None:
    page = calls("""
        source    time      caller  did          total  talk
        provider  10:00:00  -       74950000001  40     30
        provider  10:00:02  -       74950000002  95     80
        office    10:00:01  -       74950000001  40     30
        office    10:00:03  -       74950000002  95     80
        office    11:00:00  -       74950000002  95     80
        """)
    other = calls(everyday(did="74950000002", days=(2,)))
    result = matched(together(calls(everyday()), other, page))
    assert pairs(result) == {("p1", "o3"), ("p2", "o4")}
    assert standing(result)["o5"] == "unmatched"


def test_a_caller_rewritten_to_the_virtual_number_is_hidden_by_forwarding_and_still_matched() -> None:
    page = calls("""
        source    time      caller       did          total  talk
        provider  10:00:00  79000000011  74950000001  72     60
        office    10:00:01  74950000001  74950000001  72     60
        """)
    result = matched(together(calls(everyday()), page))
    assert pairs(result) == {("p1", "o2")}
    hidden = result.groups.join(result.matches, on="scall").filter("hidden")["native_call_id"].to_list()
    assert hidden == ["o2"]


def test_an_office_that_sees_only_the_trunk_number_as_caller_is_matched_by_talks() -> None:
    page = calls(everyday(ahead_s=30, days=range(1, 4))).with_columns(
        caller=pl.when(pl.col("source") == "office").then(pl.lit("+74950000099")).otherwise("caller"),
        caller_key=pl.when(pl.col("source") == "office").then(74950000099).otherwise("caller_key"),
    )
    result = matched(page)
    assert set(result.matches["match"]) == {"matched"}
    assert result.clock.frame()["offset_s"].to_list() == pytest.approx(
        [30] * result.clock.frame().height, abs=1
    )


def test_the_map_of_provider_numbers_to_trunks_is_learned_and_keeps_lines_apart() -> None:
    first = calls(everyday(did="74950000001", office_did="101"))
    second = calls(everyday(did="74950000002", office_did="102", days=(2,)))
    page = calls("""
        source    time        caller  did          total  talk
        provider  2T10:00:10  -       74950000001  40     30
        office    2T10:00:11  -       102          40     30
        """)
    result = matched(together(first, second, page))
    learned = result.number_map.select("left_line", "right_line", "n", "how").rows()
    assert learned == [("+74950000001", "101", 24, "learned"), ("+74950000002", "102", 24, "learned")]
    assert standing(result)["p1"] == "unmatched"


def test_a_given_number_map_is_used_and_printed_as_given() -> None:
    rules = Rules(number_map={"+74950000001": "101"})
    result = matched(calls(everyday(office_did="101")), rules=rules)
    assert result.number_map.select("left_line", "right_line", "how").rows() == [
        ("+74950000001", "101", "given")
    ]


def test_the_same_call_told_twice_is_a_duplicate_of_the_first_telling() -> None:
    page = calls("""
        source    time      caller       did          total  talk
        provider  10:00:00  79000000011  74950000001  30     20
        provider  10:00:01  79000000011  74950000001  30     20
        office    10:00:01  79000000011  74950000001  30     20
        """)
    result = matched(together(calls(everyday()), page))
    assert pairs(result) == {("p1", "o3")}
    assert standing(result)["p2"] == "duplicate"
    told_twice = result.matches.filter(pl.col("native_call_id") == "p2").row(0, named=True)
    assert (told_twice["pair_native_call_id"], told_twice["rule"]) == ("p1", "told_twice")


def test_another_caller_is_accepted_when_everything_else_agrees_without_choice() -> None:
    page = calls("""
        source    time      caller       did          total  talk
        provider  10:00:00  79000000011  74950000001  372    361
        office    10:00:01  79000000077  74950000001  372    361
        """)
    result = matched(together(calls(everyday()), page))
    assert pairs(result) == {("p1", "o2")}
    assert result.matches.filter(pl.col("native_call_id") == "p1")["rule"].item() == "all_but_caller"


def test_a_shorter_talk_told_by_one_side_does_not_prevent_the_pair() -> None:
    page = calls("""
        source    time      caller       did          total  talk
        provider  10:00:00  79000000011  74950000001  372    361
        office    10:00:01  79000000011  74950000001  172    161
        """)
    assert pairs(matched(together(calls(everyday()), page))) == {("p1", "o2")}


def test_calls_outside_the_other_sources_lines_times_and_directions_are_excluded_with_the_reason() -> None:
    page = calls("""
        source    time        caller       did          total  talk  direction  called
        provider  2T10:00:00  79000000011  74950000001  30     20    inbound    -
        office    10:00:00    79000000012  74950000077  30     20    inbound    -
        office    10:05:00    79000000013  74950000077  30     20    inbound    -
        office    10:10:00    79000000014  74950000077  30     20    inbound    -
        office    10:20:00    101          -            30     20    outbound   79000000015
        office    10:30:00    101          -            30     20    internal   102
        """)
    found = standing(matched(together(calls(everyday()), page)))
    assert found["p1"] == "excluded:outside_coverage"
    assert found["o2"] == "excluded:other_line"
    assert found["o5"] == "excluded:outbound_not_reported"
    assert found["o6"] == "excluded:internal"


def test_outbound_calls_are_matched_by_the_number_called() -> None:
    page = calls("""
        source    time      caller       did  total  talk  direction  called
        provider  10:00:00  74950000001  -    30     20    outbound   79000000015
        office    10:00:01  101          -    30     20    outbound   79000000015
        """)
    assert pairs(matched(together(calls(everyday()), page))) == {("p1", "o2")}


def test_test_numbers_and_spam_stay_grouped_but_are_excluded_on_both_sides() -> None:
    page = calls("""
        source    time      caller       did          total  talk
        provider  10:00:00  79000000011  74950000001  30     20
        office    10:00:01  79000000011  74950000001  30     20
        provider  10:10:00  79000000012  74950000001  30     20
        office    10:10:01  79000000012  74950000001  30     20
        """)
    rules = Rules(test_numbers=frozenset({"+79000000011"}), blacklist=frozenset({"+79000000012"}))
    result = matched(together(calls(everyday()), page), rules=rules)
    found = standing(result)
    assert [found[name] for name in ("p1", "o2", "p3", "o4")] == ["excluded:test"] * 2 + ["excluded:spam"] * 2
    groups = dict(
        result.matches.join(result.groups, on="scall").select("native_call_id", "group").iter_rows()
    )
    assert groups["p1"] == groups["o2"]


def test_an_agreed_outage_excludes_only_what_was_not_matched() -> None:
    page = calls("""
        source    time      caller       did          total  talk
        provider  10:00:00  79000000011  74950000001  30     20
        office    10:00:01  79000000011  74950000001  30     20
        provider  10:10:00  79000000012  74950000001  30     20
        """)
    start = page["started_at"].to_list()[0]
    rules = Rules(outages=(Outage(start, start + 3_600_000),))
    found = standing(matched(together(calls(everyday()), page), rules=rules))
    assert (found["p1"], found["p3"]) == ("matched", "excluded:outage")


def test_declared_coverage_goes_before_what_the_source_shows() -> None:
    page = calls("""
        source    time      caller       did          total  talk
        provider  10:00:00  79000000011  74950000001  30     20
        """)
    rules = Rules(coverage={"office": Coverage(lines=frozenset({"+74950000009"}))})
    found = standing(matched(together(calls(everyday()), page), rules=rules))
    assert found["p1"] == "excluded:other_line"


def test_a_source_that_goes_silent_for_a_day_makes_no_calls_that_never_arrived() -> None:
    page = calls(everyday(days=range(5, 27)))
    silent = pl.col("native_call_id").str.starts_with("bo15-")
    result = matched(page.filter(~silent))
    assert result.silences["source"].to_list() == ["office"]
    found = standing(result)
    lost = {why for name, why in found.items() if name.startswith("bp15-")}
    assert lost == {"excluded:outside_coverage"}
    assert result.missing.is_empty()


def test_a_contractors_report_in_whole_minutes_finds_its_calls_by_duration() -> None:
    page = calls("""
        source      time      caller       did          total  talk  precision
        provider    10:00:05  79000000011  74950000001  30     20    1000
        provider    10:00:50  79000000011  74950000001  95     80    1000
        contractor  10:00:00  79000000011  -            95     80    60000
        contractor  10:00:00  79000000011  -            30     20    60000
        """)
    report = (
        calls(everyday())
        .filter(pl.col("source") == "office")
        .with_columns(
            source=pl.lit("contractor"),
            role=pl.lit("contractor"),
            did=pl.lit(None, pl.String),
            did_key=pl.lit(0, pl.Int64),
            started_at=pl.col("started_at") // 60_000 * 60_000,
            precision_ms=pl.lit(60_000, pl.Int64),
            native_call_id=pl.lit("c") + pl.col("native_call_id"),
        )
    )
    provider = calls(everyday()).filter(pl.col("source") == "provider")
    result = matched(together(provider, report, page), (PROVIDER, CONTRACTOR))
    assert pairs(result) == {("p1", "c4"), ("p2", "c3")}


def test_three_witnesses_of_one_call_form_one_group_and_pairs_are_counted_by_two() -> None:
    both = calls(everyday())
    contractor = both.filter(pl.col("source") == "office").with_columns(
        source=pl.lit("contractor"), role=pl.lit("contractor"), started_at=pl.col("started_at") - 61_000
    )
    result = matched(together(both, contractor), (PROVIDER, OFFICE, CONTRACTOR))
    assert result.groups["group"].n_unique() == 24
    assert result.pairs.rows() == [
        ("provider", "office", 24),
        ("provider", "contractor", 24),
        ("office", "contractor", 24),
    ]


def test_an_exchange_behind_another_is_matched_though_it_starts_later_because_both_end_together() -> None:
    both = calls(everyday(days=range(1, 4)))
    second = (
        both.filter(pl.col("source") == "office")
        .with_row_index("i")
        .with_columns(wait=(pl.col("i") * 7 % 25).cast(pl.Int64))
        .with_columns(
            source=pl.lit("office@b"),
            started_at=pl.col("started_at") + pl.col("wait") * 1000,
            total_s=pl.col("total_s") - pl.col("wait"),
        )
        .drop("i", "wait")
    )
    first = both.with_columns(source=pl.col("source").replace({"office": "office@a"}))
    sources = (PROVIDER, SourceInfo("office@a", "office"), SourceInfo("office@b", "office"))
    result = matched(together(first, second), sources)
    assert set(result.matches["match"]) == {"matched"}
    assert result.groups["group"].n_unique() == 72
    offsets = result.clock.frame().filter(pl.col("source") == "office@b")["offset_s"]
    assert offsets.abs().max() == pytest.approx(0, abs=1)


def test_a_single_source_has_nothing_to_be_compared_with() -> None:
    result = matched(calls(everyday()).filter(pl.col("source") == "provider"), (PROVIDER,))
    assert set(standing(result).values()) == {"excluded:outside_coverage"}
    assert result.missing.is_empty()


def test_no_calls_give_empty_tables() -> None:
    result = matched(calls(everyday()).clear())
    assert result.matches.is_empty()
    assert result.clock.frame().is_empty()


def _scall(result: Reconciliation, native: str) -> int:
    return int(result.matches.filter(pl.col("native_call_id") == native)["scall"].item())
