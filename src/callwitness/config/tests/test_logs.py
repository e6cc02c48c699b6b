from __future__ import annotations

import json
import logging

import pytest

from callwitness.config.logs import JsonLines, TextLines, shortened


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("caller +79000000012 rang", "caller …12 rang"),
        ("caller +7 900 000-00-12 rang", "caller …12 rang"),
        ("mail to ivan.petrov+x@calls.example failed", "mail to …@calls.example failed"),
        ("day 20410, 31 ms, 4096 rows", "day 20410, 31 ms, 4096 rows"),
    ],
)
def test_numbers_and_addresses_are_shortened(text: str, expected: str) -> None:
    assert shortened(text) == expected


def record(message: str, problem: Exception | None = None, **facts: object) -> logging.LogRecord:
    info = (type(problem), problem, None) if problem else None
    made = logging.LogRecord("callwitness.web", logging.WARNING, __file__, 1, message, None, info)
    vars(made).update(facts)
    return made


def test_a_line_of_json_has_the_facts_and_shortened_errors() -> None:
    line = JsonLines(whole=False).format(
        record("GET /x/", ValueError("Key (caller)=(+79000000012)"), status=500, ms=3)
    )
    told = json.loads(line)
    assert (told["level"], told["logger"], told["status"], told["ms"]) == (
        "warning",
        "callwitness.web",
        500,
        3,
    )
    assert told["message"].startswith("GET /x/\nValueError")
    assert "79000000012" not in line


def test_a_line_of_text_has_the_facts_behind_the_message() -> None:
    assert (
        TextLines(whole=False)
        .format(record("GET /x/", status=200))
        .endswith("warning callwitness.web: GET /x/ status=200")
    )


def test_debug_leaves_numbers_whole() -> None:
    assert "+79000000012" in TextLines(whole=True).format(record("caller +79000000012"))
