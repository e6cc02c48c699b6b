from __future__ import annotations

from pathlib import Path

import pytest

from callwitness.domain.errors import UsageError
from callwitness.services.arguments import parse_source
from callwitness.services.country import guess_country
from callwitness.services.evidence import gather
from callwitness.services.options import check_options

HEAD = "Start,Caller,Duration\n"


def country_of(tmp_path: Path, *numbers: str) -> str | None:
    path = tmp_path / "calls.csv"
    path.write_text(HEAD + "".join(f"2026-11-02 10:00:0{n},{number},5\n" for n, number in enumerate(numbers)))
    return guess_country(gather([parse_source(f"provider={path}", ())], tmp_path / "work", {}))


def test_complete_numbers_tell_the_country(tmp_path: Path) -> None:
    assert country_of(tmp_path, "+79000000001", "7 (900) 000-00-02", "89000000003", "79000000004") == "RU"
    assert country_of(tmp_path, "+380500000001", "380500000002", "0500000003", "+380500000004") == "UA"


def test_few_or_mixed_numbers_tell_nothing(tmp_path: Path) -> None:
    assert country_of(tmp_path, "+79000000001", "89000000002") is None
    assert country_of(tmp_path, "+79000000001", "+79000000002", "+380500000001", "+380500000002") is None
    assert country_of(tmp_path, "+442070000001", "+442070000002", "+442070000003") is None


def test_an_option_the_adapter_does_not_have_is_refused_with_those_it_has() -> None:
    with pytest.raises(UsageError, match=r"zzone.*trunk"):
        check_options(parse_source("office=Master.csv?zzone=UTC", ()), "asterisk")


def test_a_zone_that_is_no_zone_is_refused() -> None:
    with pytest.raises(UsageError, match="Europe/Kyiv"):
        check_options(parse_source("office=Master.csv?zone=Moscow", ()), "asterisk")


def test_a_column_may_be_named_where_tables_are_read() -> None:
    check_options(parse_source("provider=calls.csv?caller=Phone&talk_unit=min&date=dmy", ()), "spreadsheet")
