"""Exports from the Calls screen."""

from __future__ import annotations

import io

import pytest
from python_calamine import CalamineWorkbook

from callwitness.ledger import models as m
from callwitness.web.ui.cast import Cast


def test_a_csv_is_what_is_seen_and_is_noted(shown: Cast) -> None:
    answer = shown.olga.client.get(
        shown.url("calls/export/?period=all&verdict=answered&columns=verdict,caller&format=csv")
    )
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # it streams
    assert text.splitlines()[0] == "Verdict,Caller"
    assert len(text.splitlines()) == 5
    assert "attachment" in answer["Content-Disposition"]
    noted = m.Audit.objects.get(action="export")
    assert noted.user == shown.olga.user
    assert noted.details["format"] == "csv"
    assert "verdict=answered" in noted.details["query"]


@pytest.mark.parametrize("wanted", ["xlsx", "pdf"])
def test_other_formats_come_whole(shown: Cast, wanted: str) -> None:
    answer = shown.olga.client.get(shown.url(f"calls/export/?period=all&group=queue&format={wanted}"))
    data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # it streams
    if wanted == "pdf":
        assert data.startswith(b"%PDF")
    else:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("Calls").to_python()
        assert len(rows) == 1 + 3 + 8


def test_an_operator_exports_own_calls_only(shown: Cast) -> None:
    answer = shown.ivanna.client.get(shown.url("calls/export/?period=all&columns=call_id&format=csv"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # it streams
    assert set(text.split()[1:]) >= {"c-answered", "c-missed", "c-outbound", "c-internal"}
    assert "c-support" not in text


def test_a_format_that_nobody_knows_is_refused(shown: Cast) -> None:
    assert shown.olga.client.get(shown.url("calls/export/?format=exe")).status_code == 400
    assert not m.Audit.objects.filter(action="export").exists()
