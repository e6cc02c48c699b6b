import os
import threading
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from callwitness.domain.view import View
from callwitness.warehouse.contract import CALL_FACTS, DAY_FILE, DaysUnreadable, Scope
from callwitness.warehouse.facts import day_file
from callwitness.warehouse.queries.views import CallViews
from callwitness.warehouse.store import Warehouse

DAY = date(2026, 11, 20)
NOW = int(datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp() * 1000)
ALL = View(period="all")


def calls(day: date, count: int, **columns: object) -> pl.DataFrame:
    begin = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
    return CALL_FACTS.conform(
        pl.DataFrame(
            {
                "call_id": [f"{day}-{n}" for n in range(count)],
                "started_at": [begin + n * 1000 for n in range(count)],
                "direction": ["inbound"] * count,
                "verdict": ["answered"] * count,
                "caller": [f"+7900000{n:04d}" for n in range(count)],
            }
        ).with_columns(pl.lit(value).alias(name) for name, value in columns.items())
    )


def total(warehouse: Warehouse, workspace: int = 1) -> int:
    return CallViews(warehouse).totals(workspace, ALL, Scope(), "UTC", NOW).calls


def test_a_day_is_written_read_replaced_and_removed(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.replace_day(1, DAY, calls(DAY, 3))
    assert (tmp_path / "calls/1/2026-11/2026-11-20.parquet").exists()
    assert total(warehouse) == 3
    warehouse.replace_day(1, DAY, calls(DAY, 5))
    assert total(warehouse) == 5
    warehouse.replace_day(1, DAY, CALL_FACTS.empty())
    assert warehouse.days(1) == []
    assert total(warehouse) == 0


def test_days_stand_in_order_and_a_workspace_is_dropped_alone(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    for day in (date(2026, 12, 1), DAY, date(2025, 1, 31)):
        warehouse.replace_day(1, day, calls(day, 1))
    warehouse.replace_day(2, DAY, calls(DAY, 1))
    assert warehouse.days(1) == [date(2025, 1, 31), DAY, date(2026, 12, 1)]
    warehouse.drop(1)
    warehouse.drop(7)
    assert warehouse.days(1) == []
    assert total(warehouse, 2) == 1
    assert not list((tmp_path / "reading").iterdir())


def test_calls_of_another_day_are_refused_and_the_old_file_stays(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.replace_day(1, DAY, calls(DAY, 3))
    with pytest.raises(ValueError, match="another day"):
        warehouse.replace_day(1, DAY, calls(DAY + timedelta(days=1), 1))
    assert total(warehouse) == 3


def test_a_file_keeps_its_columns_its_order_and_no_empty_texts(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    facts = calls(DAY, 4, queue="", wait_s=float("nan")).sort("started_at", descending=True)
    warehouse.replace_day(1, DAY, facts)
    kept = pl.read_parquet(tmp_path / "calls/1/2026-11/2026-11-20.parquet")
    assert dict(kept.schema) == DAY_FILE.schema
    assert kept["started_at"].is_sorted()
    assert kept["queue"].null_count() == kept["wait_s"].null_count() == 4


def test_a_failed_writing_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.replace_day(1, DAY, calls(DAY, 3))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        warehouse.replace_day(1, DAY, calls(DAY, 9))
    assert [path.name for path in (tmp_path / "calls/1/2026-11").iterdir()] == ["2026-11-20.parquet"]
    assert total(warehouse) == 3


def test_what_a_dead_process_left_is_never_read_and_later_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.replace_day(1, DAY, calls(DAY, 3))
    folder = tmp_path / "calls/1/2026-11"
    part = folder / ".2026-11-21.parquet.0123.tmp"
    link = tmp_path / "reading/0123.parquet"
    for left in (part, link, folder / "notes.parquet", folder / "2026-11-21.parquet.bak"):
        left.write_bytes(b"PAR1 half")
    assert Warehouse(tmp_path).days(1) == [DAY]
    assert total(warehouse) == 3
    assert part.exists()  # a living writer may still be at it
    hence = time.time() + 7200
    monkeypatch.setattr(time, "time", lambda: hence)
    Warehouse(tmp_path)
    assert not part.exists()
    assert not link.exists()


def test_a_damaged_day_is_named_and_other_days_answer(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    for day in (DAY, DAY + timedelta(days=1)):
        warehouse.replace_day(1, day, calls(day, 500))
    path = tmp_path / "calls/1/2026-11/2026-11-21.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    views = CallViews(warehouse)
    with pytest.raises(DaysUnreadable, match="2026-11-21; the ledger keeps the calls"):
        views.totals(1, ALL, Scope(), "UTC", NOW)
    assert views.totals(1, View(period="2026-11-20..2026-11-20"), Scope(), "UTC", NOW).calls == 500


def test_days_of_an_older_make_are_named_to_be_built_again(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    for day in (DAY, DAY + timedelta(days=1)):
        warehouse.replace_day(1, day, calls(day, 5))
    path = tmp_path / "calls/1/2026-11/2026-11-21.parquet"
    pl.read_parquet(path).drop("waiting", "person").write_parquet(path)
    with pytest.raises(DaysUnreadable) as refused:
        CallViews(warehouse).totals(1, ALL, Scope(), "UTC", NOW)
    assert refused.value.days == (date(2026, 11, 21),)


@pytest.mark.parametrize("age", [0, 7200])
def test_readers_see_one_whole_version_while_days_are_replaced(tmp_path: Path, age: int) -> None:
    """Each version has its own number of calls, and every call of it the same number of findings."""
    warehouse = Warehouse(tmp_path)
    views = CallViews(warehouse)
    stop = threading.Event()
    seen: set[int] = set()
    wrong: list[tuple[int, int]] = []

    def write(version: int) -> None:
        count = 2000 + version * 300
        warehouse.replace_day(1, DAY, calls(DAY, count, findings=count))
        path = tmp_path / "calls/1/2026-11/2026-11-20.parquet"
        os.utime(path, (time.time() - age, time.time() - age))

    def read() -> None:
        while not stop.is_set():
            try:
                found = views.totals(1, ALL, Scope(), "UTC", NOW)
            except DaysUnreadable as error:
                assert "written anew" in str(error)  # noqa: PT017 - refusing is right when it never stands still
                continue
            seen.add(found.calls)
            if found.findings != found.calls**2 or found.people != found.calls:
                wrong.append((found.calls, found.findings))

    write(0)
    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for version in range(1, 30):
        write(version)
    stop.set()
    for reader in readers:
        reader.join()
    assert not wrong
    assert seen
    assert not list((tmp_path / "reading").iterdir())


def test_people_are_whole_numbers_that_keep_different_numbers_apart() -> None:
    texts = ["+79000000012", "79000000012", "0012", "12", "012", "sip:a", "sip:b", "+0", "9" * 40, None]
    facts = calls(DAY, len(texts)).with_columns(caller=pl.Series(texts))
    persons = day_file(facts)["person"]
    assert persons.null_count() == 1
    assert persons.n_unique() == len(texts)
    assert all(person < 2**52 for person in persons.drop_nulls().to_list())


def test_only_a_number_that_rang_or_was_rung_is_a_person() -> None:
    facts = calls(DAY, 5).with_columns(
        direction=pl.Series(["inbound", "inbound", "outbound", "internal", None]),
        caller_kind=pl.Series(["number", "hidden_by_forwarding", "extension", "extension", "number"]),
        called=pl.lit("+79000000777"),
    )
    known = day_file(facts)["person"].to_list()
    assert known == [79000000000, None, 79000000777, None, None]
