"""Wall-clock times find their zone by the epoch in the unique ids."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callwitness.adapters.asterisk.tests.reading import RUSSIA, cdr, settle
from callwitness.ingest.contract import ReadOptions

START = 1_772_445_600  # 2026-03-02 10:00:00 UTC
ZONES = ("UTC", "Europe/Moscow", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Sydney")


def call(epoch: int, zone: str, prefix: str = "", *, with_id: bool = True) -> str:
    """A call of 65 s as an exchange in a zone writes it."""
    begin = datetime.fromtimestamp(epoch, UTC).astimezone(ZoneInfo(zone))
    stamps = [
        (begin.astimezone(UTC) + timedelta(seconds=after))
        .astimezone(ZoneInfo(zone))
        .strftime("%Y-%m-%d %H:%M:%S")
        for after in (0, 5, 65)
    ]
    uniqueid = f"{prefix}{epoch}.{epoch % 1000}" if with_id else ""
    return cdr(start=stamps[0], answer=stamps[1], end=stamps[2], uniqueid=uniqueid, linkedid=uniqueid)


@pytest.mark.parametrize("zone", ZONES)
def test_times_come_out_right_whatever_zone_was_said(zone: str) -> None:
    text = "".join(call(START + hour * 3600, zone) for hour in range(5))
    for said in (None, *ZONES):
        settled, notes = settle({"Master.csv": text}, ReadOptions(zone=said, numbers=RUSSIA))
        assert settled["started_at"].to_list() == [(START + hour * 3600) * 1000 for hour in range(5)]
        assert notes[0].code == ("zone_found" if said in (None, zone) else "zone_wrong")


def test_a_wrong_zone_is_told_with_what_the_file_looks_like() -> None:
    _, notes = settle({"Master.csv": call(START, "UTC")}, ReadOptions(zone="Europe/Moscow", numbers=RUSSIA))
    assert dict(notes[0].params) == {
        "file": "Master.csv",
        "said": "Europe/Moscow",
        "looks_like": "UTC",
        "hours": 3.0,
    }


@pytest.mark.parametrize("said", [None, "Europe/Berlin", "UTC"])
def test_both_half_past_two_of_an_autumn_night_are_told_apart(said: str | None) -> None:
    first = 1_792_888_200  # 2026-10-25 02:30 in summer time; the second one is an hour later
    text = call(first, "Europe/Berlin") + call(first + 3600, "Europe/Berlin")
    settled, _ = settle({"Master.csv": text}, ReadOptions(zone=said, numbers=RUSSIA))
    assert settled["started_at"].to_list() == [first * 1000, (first + 3600) * 1000]
    assert (settled["ended_at"] - settled["started_at"]).to_list() == [65_000, 65_000]


def test_a_system_name_before_the_epoch_does_no_harm() -> None:
    settled, notes = settle({"Master.csv": call(START, "Asia/Tokyo", "pbx-01-")}, ReadOptions(numbers=RUSSIA))
    assert settled["started_at"].to_list() == [START * 1000]
    assert notes[0].params["zone"] == "UTC+09:00"


def test_rows_without_id_follow_the_option_else_their_neighbours() -> None:
    text = call(START, "Europe/Moscow") + call(START + 60, "Europe/Moscow", with_id=False)
    for said in (None, "Europe/Moscow", "UTC"):
        settled, _ = settle({"Master.csv": text}, ReadOptions(zone=said, numbers=RUSSIA))
        assert settled["started_at"].to_list() == [START * 1000, (START + 60) * 1000]
    alone, notes = settle(
        {"Master.csv": call(START, "Europe/Moscow", with_id=False)},
        ReadOptions(zone="Europe/Moscow", numbers=RUSSIA),
    )
    assert alone["started_at"].to_list() == [START * 1000]
    assert notes[0].params["by"] == "option"


def test_a_spring_hour_that_never_was_is_read_as_the_hour_after() -> None:
    text = cdr(
        start="2026-03-29 02:30:00",
        answer="2026-03-29 02:30:05",
        end="2026-03-29 02:31:05",
        uniqueid="",
        linkedid="",
    )
    settled, _ = settle({"Master.csv": text}, ReadOptions(zone="Europe/Berlin", numbers=RUSSIA))
    assert settled["started_at"].to_list() == [1_774_747_800_000]  # 01:30 UTC = 03:30 summer time


def test_files_of_one_exchange_may_lie_in_different_zones() -> None:
    files = {"Master.csv": call(START, "UTC"), "export.csv": call(START + 600, "Europe/Moscow")}
    settled, notes = settle(files, ReadOptions(zone="Europe/Moscow", numbers=RUSSIA))
    assert settled["started_at"].to_list() == [START * 1000, (START + 600) * 1000]
    assert [note.code for note in notes] == ["zone_wrong", "zone_found"]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(1_767_225_600, 1_798_761_600), min_size=1, max_size=6, unique=True),
    st.sampled_from(ZONES),
)
def test_any_calls_of_a_year_settle_on_their_epochs(epochs: list[int], zone: str) -> None:
    settled, _ = settle(
        {"Master.csv": "".join(call(epoch, zone) for epoch in epochs)}, ReadOptions(numbers=RUSSIA)
    )
    assert settled["started_at"].to_list() == [epoch * 1000 for epoch in epochs]
