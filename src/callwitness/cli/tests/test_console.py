"""What the terminal shows: the report's sentences, warnings within a limit, progress only of long work."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import typer

from callwitness.cli.adapters import check_adapter_command, new_adapter_command
from callwitness.cli.console import ConsoleProgress, print_notes, print_result
from callwitness.domain.errors import UsageError
from callwitness.ingest.registry import adapter_packages, load_adapter
from callwitness.report.tests.example import example

PROFILE = "column  is read as\nPhone   caller"


def test_the_summary_follows_the_language(capsys: pytest.CaptureFixture[str]) -> None:
    print_result(example("ru"), Path("out"))
    said = capsys.readouterr().out
    assert "Поступило 212 звонков." in said
    assert "источник" in said
    assert said.rstrip().endswith("Отчёт: out/report.html")


def test_the_path_of_the_report_is_not_broken_in_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    long = Path("/a/folder/with-a-long-name/and/another-folder/below-it")
    print_result(example(), long)
    assert f"Report: {long / 'report.html'}" in capsys.readouterr().out


def test_with_one_source_no_sums_of_comparison_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    day = example()
    alone = replace(day, summary=dict(day.summary) | {"sources": day.summary["sources"][:1]})
    print_result(alone, Path("out"))
    said = capsys.readouterr().out
    assert "matched" not in said
    assert "Nothing to compare with: one source." in said


def test_warnings_are_ten_lines_and_a_count(capsys: pytest.CaptureFixture[str]) -> None:
    notes = [("office", "empty_file", {"file": f"In/f{n}.csv"}) for n in range(13)]
    print_notes(replace(example(), notes=notes), country_known=True)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Office: In/f0.csv is empty."
    assert (len(lines), lines[-1]) == (11, "and 3 more in the report")


def test_the_guess_of_a_table_is_printed_once_with_how_to_keep_it(capsys: pytest.CaptureFixture[str]) -> None:
    notes = [("provider", "table_read", {"file": f"{n}.csv", "profile": PROFILE}) for n in range(3)]
    print_notes(replace(example(), notes=notes), country_known=True)
    said = capsys.readouterr().err
    assert said.count("  Phone   caller") == 1
    assert "?save=PATH" in said


def test_short_stages_show_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    with ConsoleProgress() as progress:
        progress("read", 129)
        progress("judge", 12)
    assert capsys.readouterr().err == ""


def test_an_adapter_in_any_folder_can_be_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new_adapter_command("elsewhere_pbx", tmp_path)
    with pytest.raises(typer.Exit):
        check_adapter_command(str(tmp_path / "elsewhere_pbx"))
    assert "FAIL samples" in capsys.readouterr().out
    with pytest.raises(UsageError, match="expected an adapter's folder"):
        check_adapter_command(str(tmp_path / "nothing"))
    adapter_packages.cache_clear()
    load_adapter.cache_clear()
