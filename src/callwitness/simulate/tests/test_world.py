from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from callwitness.domain.errors import UsageError
from callwitness.simulate.tests.conftest import World, make
from callwitness.simulate.world import WorldOptions, simulate

LOST = {"abandoned_in_queue", "no_answer", "busy", "voicemail", "closed", "failed", "never_arrived"}


def test_same_seed_gives_same_bytes(tmp_path: Path) -> None:
    options = WorldOptions(days=4, calls_per_day=30, seed=11)
    first, second = make(tmp_path / "a", options), make(tmp_path / "b", options)
    assert first.bytes() == second.bytes()
    assert first.summary == second.summary


def test_another_seed_gives_another_world(tmp_path: Path) -> None:
    first = make(tmp_path / "a", WorldOptions(seed=1))
    second = make(tmp_path / "b", WorldOptions(seed=2))
    assert first.bytes()["provider.csv"] != second.bytes()["provider.csv"]


@pytest.mark.parametrize("seed", range(8))
def test_a_day_of_five_calls_has_every_file(tmp_path: Path, seed: int) -> None:
    world = make(tmp_path, WorldOptions(days=1, calls_per_day=5, seed=seed, country="UA"))
    assert 1 <= world.summary.calls <= 15
    names = {"Master.csv", "callwitness.toml", "cel.csv", "contractor/2026-10-05.eml", "provider.csv"}
    names |= {"queue_log", "truth.csv", "truth_findings.csv"}
    assert set(world.bytes()) == names


def test_an_exchange_without_cel_writes_none(tmp_path: Path) -> None:
    world = make(tmp_path, WorldOptions(cel=False))
    assert "cel.csv" not in world.bytes()
    assert world.summary.rows["cel"] == 0


@pytest.mark.parametrize(
    "options", [WorldOptions(country="DE"), WorldOptions(days=0), WorldOptions(zone="Europe/Nowhere")]
)
def test_odd_options_are_refused_in_a_sentence(tmp_path: Path, options: WorldOptions) -> None:
    with pytest.raises(UsageError):
        simulate(options, tmp_path)


def test_a_world_asked_for_at_noon_tells_nothing_later(tmp_path: Path) -> None:
    noon = datetime(2026, 10, 6, 12, tzinfo=ZoneInfo("Europe/Moscow"))
    world = make(
        tmp_path / "half", WorldOptions(days=2, office_offset_s=0, office_drift_s_per_day=0, until=noon)
    )
    whole = make(tmp_path / "whole", WorldOptions(days=2, office_offset_s=0, office_drift_s_per_day=0))
    events = world.bytes()["cel.csv"].decode().splitlines()
    states = world.bytes()["queue_log"].decode().splitlines()
    assert max(float(row.split('"')[3]) for row in events) <= noon.timestamp()
    assert max(int(row.split("|")[0]) for row in states) <= noon.timestamp()
    assert 0 < world.summary.calls < whole.summary.calls
    assert "contractor/2026-10-05.eml" in world.bytes()
    assert "contractor/2026-10-06.eml" not in world.bytes()


def test_progress_adds_up_to_the_calls(tmp_path: Path) -> None:
    told: list[tuple[str, int]] = []
    summary = simulate(WorldOptions(days=3), tmp_path, lambda stage, done: told.append((stage, done)))
    assert {stage for stage, _ in told} == {"calls"}
    assert len(told) == 3
    assert sum(done for _, done in told) <= summary.calls


def test_the_summary_counts_the_truth(month: World) -> None:
    truth = month.truth()
    assert len(truth) == month.summary.calls
    assert Counter(row["verdict"] for row in truth) == month.summary.by_verdict
    assert Counter(row["direction"] for row in truth) == month.summary.by_direction
    states = {row["case"]: row["recovery"] for row in truth if row["case"]}
    assert Counter(states.values()) == month.summary.lost


def test_the_load_is_what_was_asked(month: World) -> None:
    asked = month.options.days * month.options.calls_per_day
    assert 0.8 * asked < month.summary.calls < 1.2 * asked


def test_every_row_of_the_provider_belongs_to_one_call(month: World) -> None:
    told = [row[0] for row in month.rows("provider.csv")[1:]]
    known = [row[key] for row in month.truth() for key in ("provider_id", "provider_copy_id") if row[key]]
    assert len(told) == month.summary.rows["provider"]
    assert sorted(told) == sorted(known)


def test_every_row_of_the_exchange_belongs_to_one_call(month: World) -> None:
    known = [row["office_id"] for row in month.truth() if row["office_id"]]
    assert len(known) == len(set(known))
    linked = {row[19] for row in month.rows("Master.csv")}
    seen = {row[15] for row in month.rows("cel.csv")}
    queued = {line[1] for line in month.queue_log() if line[1][0].isdigit()}
    assert seen == set(known)
    assert linked <= seen
    assert queued <= seen


def test_some_calls_have_no_cdr_row_at_all(month: World) -> None:
    linked = {row[19] for row in month.rows("Master.csv")}
    without = {row["verdict"] for row in month.truth() if row["office_id"] and row["office_id"] not in linked}
    assert "rejected" in without
    assert "answered" not in without


def test_what_never_arrived_is_known_to_the_provider_alone(month: World) -> None:
    for row in month.truth():
        if row["verdict"] == "never_arrived":
            assert row["provider_id"]
            assert not row["office_id"]


def test_planted_findings_are_on_the_calls_they_speak_of(month: World) -> None:
    kinds: Counter[str] = Counter()
    for row in month.truth():
        found = set(row["finding"].split(";")) - {""}
        kinds.update(found)
        assert ("duplicate_record" in found) == bool(row["provider_copy_id"])
        if "unknown_to_provider" in found:
            assert row["office_id"]
            assert not row["provider_id"]
        if "answer_disputed" in found:
            assert row["contractor_id"]
            assert row["verdict"] == "abandoned_in_queue"
        if "wait_understated" in found:
            assert row["contractor_id"]
            assert row["verdict"] == "answered"
    assert set(kinds) == {
        "never_arrived", "unknown_to_provider", "duplicate_record", "answer_disputed", "wait_understated",
    }  # fmt: skip


def test_an_outage_and_a_silent_provider_are_told(month: World) -> None:
    assert "[[outage]]" in month.text("callwitness.toml")
    findings = [line.split(",")[0] for line in month.text("truth_findings.csv").splitlines()[1:]]
    assert "source_silent" in findings
    assert "clock_off" in findings


def test_callers_have_habits(month: World) -> None:
    truth = month.truth()
    inbound = [row for row in truth if row["direction"] == "inbound"]
    assert any(not row["caller"] for row in inbound), "withheld"
    assert any(row["verdict"] == "rejected" for row in inbound), "spam"
    tries = Counter((row["caller"], row["did"], row["started_at"][:13]) for row in inbound if row["caller"])
    assert max(tries.values()) >= 3, "redialling"
    rewritten = {row[1] for row in month.rows("Master.csv")} & {row["did"][1:] for row in inbound}
    assert rewritten, "forwarded with the virtual number as caller"
    days = {row["caller"]: set[str]() for row in inbound}
    for row in inbound:
        days[row["caller"]].add(row["started_at"][:10])
    assert sum(len(seen) > 1 for seen in days.values()) > 20, "known callers come back"


def test_every_kind_of_end_happens(month: World) -> None:
    verdicts = {
        "answered", "voicemail", "rejected", "closed", "abandoned_in_queue", "abandoned_in_ivr", "busy",
        "no_answer", "failed", "never_arrived",
    }  # fmt: skip
    assert set(month.summary.by_verdict) == verdicts
    assert {"open", "recovered", "self_recovered", "expired"} <= set(month.summary.lost)


def test_a_case_is_one_caller_on_one_line(month: World) -> None:
    cases: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in month.truth():
        if row["case"]:
            cases[row["case"]].append(row)
            assert row["verdict"] in LOST
        elif row["direction"] == "inbound" and row["verdict"] in LOST:
            assert not row["caller"], "only withheld callers are lost without a case"
    for rows in cases.values():
        assert len({(row["caller"], row["did"]) for row in rows}) == 1


def test_recovered_cases_have_the_call_that_recovered_them(month: World) -> None:
    talks: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in month.truth():
        if row["verdict"] == "answered" and row["direction"] != "internal":
            number = row["did"] if row["direction"] == "outbound" else row["caller"]
            talks[row["direction"], number].append(row["started_at"])
    for row in month.truth():
        if row["recovery"] in ("recovered", "self_recovered"):
            way = "outbound" if row["recovery"] == "recovered" else "inbound"
            assert any(at > row["started_at"] for at in talks[way, row["caller"]])


def test_nobody_talks_to_two_callers_at_once(tmp_path: Path) -> None:
    busy = make(tmp_path, WorldOptions(days=5, calls_per_day=800, seed=5, office_step_s=0.0))
    talks: dict[str, list[tuple[float, float]]] = defaultdict(list)
    inside: dict[tuple[str, str], float] = {}
    for row in busy.rows("cel.csv"):
        channel, bridge = row[9], row[19]
        if row[0] == "BRIDGE_ENTER" and not channel.startswith(("PJSIP/trunk", "Local/")):
            inside[channel, bridge] = float(row[1])
        elif row[0] == "BRIDGE_EXIT" and (channel, bridge) in inside:
            phone = channel.rsplit("-", 1)[0]
            talks[phone].append((inside.pop((channel, bridge)), float(row[1])))
    assert len(talks) > 10
    for spans in talks.values():
        assert all(ended <= begun for (_, ended), (begun, _) in pairwise(sorted(spans)))


def test_the_human_speaks_after_the_call_begins_and_only_when_answered(month: World) -> None:
    for row in month.truth():
        assert bool(row["human_voice_at"]) == (row["verdict"] == "answered")
        if row["human_voice_at"]:
            started, spoke = (datetime.fromisoformat(row[key]) for key in ("started_at", "human_voice_at"))
            assert 0 < (spoke - started).total_seconds() < 600
            assert row["agent"]
