from __future__ import annotations

import pytest

from callwitness.domain.errors import UsageError
from callwitness.ingest.registry import adapter_packages, load_adapter, recognise


def test_adapters_are_found_by_their_folders() -> None:
    assert {"asterisk", "email_report", "mango", "spreadsheet"} <= set(adapter_packages())


def test_an_unknown_adapter_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UsageError, match="asterisk"):
        load_adapter("nobody")


def test_a_queue_log_is_known_for_sure_though_it_is_a_table_too() -> None:
    head = b"1793613601|1793613601.1|sales|NONE|ENTERQUEUE||79000000001|1\n" * 3
    assert [guess.adapter for guess in recognise(head, "queue_log")] == ["asterisk"]


def test_a_table_of_calls_is_read_as_a_spreadsheet() -> None:
    head = "Начало;Кто звонил;Длительность\n05.10.2026 10:00:00;+79000000001;0:37\n".encode()
    assert [guess.adapter for guess in recognise(head, "calls.csv")] == ["spreadsheet"]


def test_what_nobody_knows_has_no_guess() -> None:
    assert recognise(bytes(range(256)) * 10, "photo.jpg") == []
