"""Which line a recording is of."""

from __future__ import annotations

from pathlib import Path

import pytest

from callwitness.domain.errors import UsageError
from callwitness.services.listening.gather import Gathered, gather
from callwitness.services.listening.lines import Lines, from_folders, from_table, one_line


@pytest.fixture
def given(tmp_path: Path) -> Gathered:
    for name in ("calls/sales/2026/1.wav", "calls/sales/2.wav", "calls/support/звонок.wav", "calls/3.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    return gather([tmp_path / "calls"])


def told(given: Gathered, tmp_path: Path, text: str, encoding: str = "utf-8") -> Lines:
    (tmp_path / "map.csv").write_bytes(text.encode(encoding))
    return from_table(given.inputs, tmp_path / "map.csv")


def test_without_a_word_all_are_of_one_line(given: Gathered) -> None:
    assert set(one_line(given.inputs).of.values()) == {"default"}
    assert set(one_line(given.inputs, "main").of.values()) == {"main"}


def test_the_first_folder_is_the_line(given: Gathered, tmp_path: Path) -> None:
    assert from_folders(given.inputs, given.root).of == {
        "3.wav": "calls",
        "sales/2.wav": "sales",
        "sales/2026/1.wav": "sales",
        "support/звонок.wav": "support",
    }
    alone = gather([tmp_path / "calls" / "support"])
    assert from_folders(alone.inputs, alone.root).of == {"звонок.wav": "support"}


def test_a_table_names_recordings_as_the_results_do_or_by_their_path(given: Gathered, tmp_path: Path) -> None:
    whole = (tmp_path / "calls" / "3.wav").as_posix()
    text = f"File,note,LINE\nsales/2.wav,x,a\ncalls/sales/2026/1.wav,,a\n{whole},,b\nsupport\\звонок.wav,,b\n"
    lines = told(given, tmp_path, text)
    assert lines.of == {
        "3.wav": "b",
        "sales/2.wav": "a",
        "sales/2026/1.wav": "a",
        "support/звонок.wav": "b",
    }
    assert lines.notes == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1251", "utf-16"])
def test_a_table_may_come_from_a_spreadsheet_program(given: Gathered, tmp_path: Path, encoding: str) -> None:
    lines = told(
        given, tmp_path, "file;line\r\nsupport/звонок.wav;Поддержка\r\nsales/2.wav;Продажи\r\n", encoding
    )
    assert lines.of["support/звонок.wav"] == "Поддержка"
    assert lines.of["sales/2.wav"] == "Продажи"


def test_two_columns_need_no_heading(given: Gathered, tmp_path: Path) -> None:
    assert told(given, tmp_path, "sales/2.wav,a\n3.wav,b\n").of["sales/2.wav"] == "a"


def test_bad_rows_are_listed_and_good_ones_go_on(given: Gathered, tmp_path: Path) -> None:
    text = 'file,line\n"sales/2.wav",a\n,b\nno.wav,b\n\n3.wav\nsales/2.wav,b\n3.wav,c\n'
    lines = told(given, tmp_path, text)
    where = f"{tmp_path.as_posix()}/map.csv"
    assert lines.notes == [
        f"{where}, row 3: expected a file and a line.",
        f"{where}, row 4: no.wav: not among the recordings.",
        f"{where}, row 6: expected a file and a line.",
        f"{where}, row 7: sales/2.wav: is of the line a by an earlier row, not of b.",
        f"{where}: no line for 2 recordings, sales/2026/1.wav first: their line is default.",
    ]
    assert lines.of == {
        "3.wav": "c",
        "sales/2.wav": "a",
        "sales/2026/1.wav": "default",
        "support/звонок.wav": "default",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            b"name,number,line\nx,1,a\n",
            "row 1: expected a CSV table with the columns file and line, found: name",
        ),
        (b"\x89PNG\x01\x02\x03\x04\x05\x06" * 50, "not text; expected a CSV table"),
        (b'file,line\n"' + b"x" * 200_000 + b'",a\n', "row 2: expected a CSV table"),
    ],
)
def test_what_is_no_table_is_refused(given: Gathered, tmp_path: Path, text: bytes, said: str) -> None:
    (tmp_path / "map.csv").write_bytes(text)
    with pytest.raises(UsageError, match=said):
        from_table(given.inputs, tmp_path / "map.csv")


def test_a_table_may_name_a_file_by_its_path_a_link_too(given: Gathered, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(given.root)
    lines = told(given, tmp_path, f"{tmp_path}/link/3.wav,a\n{'x' * 5000},b\nx\0y,b\n")
    assert lines.of["3.wav"] == "a"
    assert [note.partition(", ")[2].split(":")[0] for note in lines.notes[:2]] == ["row 2", "row 3"]


def test_a_table_that_is_not_there_is_said(given: Gathered, tmp_path: Path) -> None:
    for place in (tmp_path / "no.csv", tmp_path):
        with pytest.raises(UsageError, match="no such file; expected a CSV table"):
            from_table(given.inputs, place)
