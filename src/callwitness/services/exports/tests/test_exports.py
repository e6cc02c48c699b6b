"""A view as a file: what is seen, safe in a spreadsheet, readable on paper."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from callwitness.domain.errors import UsageError
from callwitness.domain.view import View, parse_view
from callwitness.ledger import access, queries
from callwitness.ledger import models as m
from callwitness.services import publish
from callwitness.services.exports import rows as exports
from callwitness.services.exports.exporting import csv_file, pdf_file
from callwitness.services.exports.exporting.words import give
from callwitness.web.accounts.models import User
from callwitness.web.ui import numbers, words

pytestmark = pytest.mark.django_db

ZONE = "Europe/Kyiv"
START = int(datetime(2026, 11, 21, 12, 3, 7, tzinfo=UTC).timestamp() * 1000)
NOW = START + 3_600_000
HOSTILE = '=HYPERLINK("http://evil.example";"x")'
COLUMNS = (
    "started_at",
    "caller",
    "verdict",
    "agent",
    "queue",
    "wait_s",
    "talk_s",
    "findings",
    "recorded",
    "flags",
)


@pytest.fixture
def reading(settings: Any, tmp_path: Path) -> queries.Reading:
    settings.SERVER = replace(settings.SERVER, data=tmp_path)
    workspace = m.Workspace.objects.create(slug="acme", name="Acme", zone=ZONE)
    owner = User.objects.create_user("olga@acme.example", name="Olga")
    m.Membership.objects.create(workspace=workspace, user=owner, role="owner")
    source = m.Source.objects.create(workspace=workspace, name="office", role="office")
    for number, changes in enumerate(_calls()):
        row = {"public_id": f"c{number}", "day": START // 86_400_000, "started_at": START + number * 1000,
               "direction": "inbound", "caller": "+79000001234", "caller_kind": "number", "did": "+79000009999",
               "verdict": "answered", "agent": "Ivanova", "queue": "sales", "wait_s": 41.25, "content": ""}  # fmt: skip
        m.Call.objects.create(
            workspace=workspace, anchor_source=source, anchor_native_id=str(number), **{**row, **changes}
        )
    publish.publish_day(workspace, START // 86_400_000)
    return queries.Reading(access.scope_of(owner, "acme"), ZONE, NOW)


def _calls() -> Iterator[dict[str, Any]]:
    yield {"agent": HOSTILE, "flags": ["short", "repeat"], "findings": 2}
    yield {"verdict": "abandoned_in_queue", "agent": "Їжак Ґаздович", "recorded": True, "talk_s": None}
    yield {"caller": "", "agent": "@SUM(A1)", "queue": "-cmd|' /C calc'!A0", "wait_s": None, "talk_s": 12.0}
    yield {"caller": "+380500001122", "agent": "<b>#panic()</b> $x$ *_`"}


@pytest.fixture(autouse=True)
def _given_words() -> None:
    give(_Words())


class _Words:
    def word(self, kind: str, code: object) -> str:
        return words.word(kind, code)

    def masked(self, number: str) -> str:
        return numbers.masked(number)


def _export(reading: queries.Reading, wanted: str, **changes: Any) -> exports.Export:
    view = replace(View(period="this_week", columns=COLUMNS, sort=("started_at", False)), **changes)
    return exports.Export(view, reading, wanted, "Missed: today/=1")


def _written(export: exports.Export) -> bytes:
    target = io.BytesIO()
    assert exports.write(export, target) >= 0
    return target.getvalue()


def _csv(export: exports.Export) -> list[list[str]]:
    text = b"".join(exports.csv_parts(export)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_a_csv_has_the_columns_rows_and_order_that_are_seen(reading: queries.Reading) -> None:
    head, *rows = _csv(_export(reading, "csv"))
    assert head[:3] == ["Start", "Caller", "Verdict"]
    assert head[5] == "Wait, s"
    assert [row[0] for row in rows] == [f"2026-11-21 14:03:{second:02}" for second in (7, 8, 9, 10)]
    assert rows[0][1] == "+79000001234"
    assert rows[1][2:4] == ["left the queue", "Їжак Ґаздович"]
    assert rows[0][5] == "41.25"
    assert rows[2][5:7] == ["", "12"]
    assert rows[0][9] == "short; repeat call"


def test_no_cell_of_a_csv_is_a_formula(reading: queries.Reading) -> None:
    cells = [cell for row in _csv(_export(reading, "csv")) for cell in row]
    assert "'" + HOSTILE in cells
    assert not [cell for cell in cells if cell[:1] in ("=", "-", "@", "\t", "\r")]


@given(st.text())
def test_any_text_is_safe_or_a_number(text: str) -> None:
    said = csv_file.safe(text)
    assert said.replace("'", "") == text.replace("'", "")
    if said[:1] in ("=", "+", "-", "@", "\t", "\r"):
        assert said[1:].replace(".", "").replace("•", "").isdigit()


def test_no_formula_begins_where_another_divider_would_cut_a_text() -> None:
    assert csv_file.safe("Anna;=1+1") == "Anna;'=1+1"
    assert csv_file.safe("a;\t =1") == "a;\t '=1"
    assert csv_file.safe("x\n@SUM(A1)") == "x\n'@SUM(A1)"
    assert csv_file.safe("no answer; busy") == "no answer; busy"


@pytest.mark.parametrize("number", ["+79000001234", "-3.5", "+79001••••67", "101"])
def test_numbers_stay_as_they_are(number: str) -> None:
    assert csv_file.safe(number) == number


def test_a_workbook_opens_with_typed_cells_and_formulas_as_texts(reading: queries.Reading) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(_written(_export(reading, "xlsx"))))
    assert book.sheet_names == ["Calls", "About"]
    head, *rows = book.get_sheet_by_name("Calls").to_python()
    assert head[0] == "Start"
    assert rows[0][0] == datetime(2026, 11, 21, 14, 3, 7)
    assert rows[0][5] == 41.25
    assert rows[0][3] == HOSTILE
    assert rows[2][6] == 12.0
    about = {row[0]: str(row[1]) for row in book.get_sheet_by_name("About").to_python() if len(row) > 1}
    assert about["Times"] == ZONE
    assert about["Totals"].startswith("4 calls · 2 people")


def test_a_workbook_holds_neither_formulas_nor_links(reading: queries.Reading, tmp_path: Path) -> None:
    path = tmp_path / "calls.xlsx"
    path.write_bytes(_written(_export(reading, "xlsx")))
    shutil.unpack_archive(path, tmp_path / "book", "zip")
    sheet = (tmp_path / "book/xl/worksheets/sheet1.xml").read_text(encoding="utf-8")
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet


@pytest.mark.real("pdftotext", commands=("pdftotext",))
def test_a_pdf_says_what_it_is_and_escapes_everything(reading: queries.Reading, tmp_path: Path) -> None:
    path = tmp_path / "calls.pdf"
    with translation.override("uk"):
        path.write_bytes(_written(_export(reading, "pdf")))
    text = subprocess.run(
        ["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True
    ).stdout
    assert "Missed: today/=1" in text
    assert "Їжак Ґаздович" in text
    assert "#panic()" in text
    assert ZONE in text
    assert "1/1" in text.replace(" ", "")
    assert "0:41" in text


def test_an_empty_view_is_still_a_file(reading: queries.Reading) -> None:
    export = _export(reading, "pdf", period="2020-01-01..2020-01-02")
    assert _written(export).startswith(b"%PDF")
    assert len(_csv(_export(reading, "csv", period="2020-01-01..2020-01-02"))) == 1


def test_groups_come_with_their_totals(reading: queries.Reading) -> None:
    rows = _csv(_export(reading, "csv", group="queue"))
    assert rows[0][0] == "Queue"
    assert rows[1][:3] == ["sales", "3 calls", "2 people"]
    assert [row[0] for row in rows[2:5]] == ["sales"] * 3
    assert rows[5][0].startswith("'-cmd")
    assert len(rows) == 1 + 2 + 4


def test_a_pdf_of_too_many_calls_is_refused_before_it_is_begun(
    reading: queries.Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(exports.MOST_ROWS, "pdf", 3)
    with pytest.raises(UsageError, match="PDF takes 3 calls at most, this view has 4"):
        _written(_export(reading, "pdf"))


def test_masked_numbers_are_masked_in_every_format(reading: queries.Reading) -> None:
    m.Membership.objects.update(mask_numbers=True)
    masked = replace(reading, scope=access.scope_of(reading.scope.user, "acme"))
    export = _export(masked, "csv")
    assert b"79000001234" not in b"".join(exports.csv_parts(export))
    book = CalamineWorkbook.from_filelike(io.BytesIO(_written(replace(export, format="xlsx"))))
    assert book.get_sheet_by_name("Calls").to_python()[1][1] == "+79000••••34"


def test_a_marketer_exports_no_people(reading: queries.Reading) -> None:
    workspace = reading.scope.workspace
    project = m.Project.objects.create(workspace=workspace, slug="north", name="North")
    m.Call.objects.update(project=project)
    party = m.Party.objects.create(project=project, side="agency", name="Agency")
    marketer = User.objects.create_user("marketer@agency.example")
    m.Membership.objects.create(workspace=workspace, user=marketer, role="marketer", party=party)
    theirs = replace(reading, scope=access.scope_of(marketer, "acme"))
    data = b"".join(exports.csv_parts(_export(theirs, "csv"))).decode()
    assert "Operator" not in data
    assert "Ґаздович" not in data


def test_a_file_is_named_so_that_every_system_takes_it(reading: queries.Reading) -> None:
    assert _export(reading, "csv").name() == "Missed-today-1-2026-11-21-1503.csv"
    nameless = replace(_export(reading, "csv"), title="../..")
    assert nameless.name() == "calls-2026-11-21-1503.csv"


def test_signs_that_turn_a_line_around_are_left_out_of_paper() -> None:
    assert pdf_file.clean("a\u202eb\x00c") == "a b c"
    assert len(pdf_file.clean("x" * 900)) == 201


def test_a_format_that_nobody_knows_is_refused(reading: queries.Reading) -> None:
    with pytest.raises(UsageError, match="expected csv, xlsx or pdf"):
        exports.check(exports.Export(parse_view([]), reading, "exe", "x"))


def test_a_csv_speaks_the_language_of_who_asked_while_it_is_sent(reading: queries.Reading) -> None:
    with translation.override("ru"):
        parts = exports.csv_parts(_export(reading, "csv"))
    text = b"".join(parts).decode("utf-8-sig")
    assert "Начало" in text
    assert "не дождался в очереди" in text


def test_too_many_groups_are_refused_before_anything_is_sent(
    reading: queries.Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "_MOST_GROUPS", 1)
    with pytest.raises(UsageError, match="too many groups"):
        exports.check(_export(reading, "csv", group="queue"))
