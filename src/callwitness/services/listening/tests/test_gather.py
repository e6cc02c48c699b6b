"""Which files are heard, and what each is called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from callwitness.audio.clips import OURS
from callwitness.domain.errors import UsageError
from callwitness.services.listening.gather import gather


def made(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def names(*arguments: Path) -> list[str]:
    return [each.file for each in gather(arguments).inputs]


def test_a_folder_is_looked_through_in_sorted_order_by_names_of_recordings(tmp_path: Path) -> None:
    made(tmp_path, "b/2.WAV", "b/1.mp3", "a.opus", "notes.txt", ".hidden.wav", ".trash/x.wav", "call.wav.tmp")
    assert names(tmp_path) == ["a.opus", "b/1.mp3", "b/2.WAV"]


def test_a_named_file_is_always_heard_whatever_its_name(tmp_path: Path) -> None:
    made(tmp_path, "call", "call.txt")
    assert names(tmp_path / "call.txt", tmp_path / "call") == ["call.txt", "call"]


def test_names_are_relative_to_the_folder_that_holds_all_arguments(tmp_path: Path) -> None:
    made(tmp_path, "sales/1.wav", "support/1.wav")
    assert names(tmp_path / "support", tmp_path / "sales") == ["support/1.wav", "sales/1.wav"]
    assert names(tmp_path / "sales" / "1.wav") == ["1.wav"]
    assert names(tmp_path / "sales" / "1.wav", tmp_path / "support") == ["sales/1.wav", "support/1.wav"]
    assert names(tmp_path / "sales", tmp_path) == ["sales/1.wav", "sales/1.wav", "support/1.wav"]


def test_relative_arguments_are_the_same_as_whole_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path, "in/1.wav", "in/2.wav")
    monkeypatch.chdir(tmp_path / "in")
    assert names(Path(), Path("../in/2.wav"), Path("1.wav")) == ["1.wav", "2.wav", "2.wav", "1.wav"]


def test_names_in_cyrillic_and_bytes_that_are_no_text(tmp_path: Path) -> None:
    made(tmp_path, "запись № 1.wav")
    for raw in (b"\xff.wav", b"\\xff.wav"):
        (tmp_path / os.fsdecode(raw)).write_bytes(b"x")
    told = names(tmp_path)
    assert sorted(told) == ["\\xff.wav", "\\xff.wav (2)", "запись № 1.wav"]
    assert all(name.encode("utf-8") for name in told)


def test_links_in_folders_are_passed_over_and_said(tmp_path: Path) -> None:
    made(tmp_path, "in/1.wav", "secret/2.wav")
    (tmp_path / "in" / "2.wav").symlink_to(tmp_path / "secret" / "2.wav")
    (tmp_path / "in" / "all").symlink_to(tmp_path / "secret")
    found = gather([tmp_path / "in"])
    assert [each.file for each in found.inputs] == ["1.wav"]
    assert len(found.notes) == 1
    assert "1 link passed over" in found.notes[0]
    (named,) = gather([tmp_path / "in" / "2.wav"]).inputs
    assert (named.file, named.path) == ("2.wav", tmp_path / "secret" / "2.wav")


def test_sounds_that_were_written_here_are_no_recordings(tmp_path: Path) -> None:
    made(
        tmp_path,
        "1.wav",
        f"page/sound/{OURS}",
        "page/sound/0001.ogg",
        f"library/clips/{OURS}",
        "library/clips/k1.flac",
    )
    found = gather([tmp_path])
    assert [each.file for each in found.inputs] == ["1.wav"]
    assert len(found.notes) == 2
    assert all("Callwitness wrote these sounds" in note for note in found.notes)
    with pytest.raises(UsageError, match="Callwitness wrote these sounds"):
        gather([tmp_path / "page" / "sound"])


def test_a_folder_that_cannot_be_looked_through_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path, "1.wav", "closed/2.wav")
    scandir = os.scandir

    def refusing(place: str) -> object:
        if str(place).endswith("closed"):
            raise PermissionError(13, "Permission denied", place)
        return scandir(place)

    monkeypatch.setattr(os, "scandir", refusing)  # the tests may run as root, whom no folder refuses
    found = gather([tmp_path])
    assert [each.file for each in found.inputs] == ["1.wav"]
    assert found.notes == [f"{tmp_path}/closed: this folder cannot be looked through: Permission denied."]


def test_what_is_not_there_is_said_for_all_at_once(tmp_path: Path) -> None:
    made(tmp_path, "1.wav")
    with pytest.raises(UsageError, match=r"no such file or folder: .*2\.wav, .*3\.wav"):
        gather([tmp_path / "1.wav", tmp_path / "2.wav", tmp_path / "3.wav"])


def test_a_folder_without_recordings_is_a_mistake_only_when_it_is_alone(tmp_path: Path) -> None:
    made(tmp_path, "full/1.wav", "empty/readme.txt")
    with pytest.raises(UsageError, match="no recordings in this folder; expected names such as"):
        gather([tmp_path / "empty"])
    both = gather([tmp_path / "empty", tmp_path / "full"])
    assert [each.file for each in both.inputs] == ["full/1.wav"]
    assert "no recordings in this folder" in both.notes[0]
