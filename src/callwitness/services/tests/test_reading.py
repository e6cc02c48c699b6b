from __future__ import annotations

from pathlib import Path

from callwitness.ingest.registry import adapter_packages
from callwitness.services.arguments import parse_source
from callwitness.services.check import CheckRequest, check
from callwitness.services.summary import summarise

HEADER = "date,caller,number,duration,status\n"


def test_each_file_is_read_in_the_zone_of_its_own_argument(tmp_path: Path) -> None:
    arguments = []
    for day, zone in ((2, "Europe/Moscow"), (3, "Asia/Tokyo")):
        path = tmp_path / f"{day}.csv"
        path.write_text(f"{HEADER}2026-11-0{day} 12:00:00,+79000000001,+74950000001,60,answered\n")
        arguments.append(parse_source(f"provider=spreadsheet:{path}?zone={zone}", adapter_packages()))
    result = check(CheckRequest(arguments))
    hours = [moment // 3_600_000 % 24 for moment in result.tables.calls["started_at"]]
    assert hours == [9, 3]


def test_the_summary_names_the_zone_of_the_source_and_not_of_the_workspace(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(f"{HEADER}2026-11-02 12:00:00,+79000000001,+74950000001,60,answered\n")
    argument = parse_source(f"provider=spreadsheet:{path}?zone=Asia/Tokyo", adapter_packages())
    source = summarise(check(CheckRequest([argument])))["sources"][0]
    assert (source["zone"], source["zone_found_by"]) == ("Asia/Tokyo", "configuration")
