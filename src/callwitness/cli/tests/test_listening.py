"""Progress of listening, the folder of its page, and what is said where the libraries of sound are missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from callwitness.audio.clips import OURS
from callwitness.audio.heard import Heard
from callwitness.cli.listen_report import check_folder
from callwitness.cli.pace import Pace, pace_line
from callwitness.domain.errors import UsageError
from callwitness.report.listening.page import ListeningInput, render
from callwitness.services.listening.run import Progress


def test_progress_says_how_many_times_faster_than_the_sound_and_how_long_still() -> None:
    line = pace_line(Progress("listen", 1200, 64_000.0, 0.4), 3000, 100.0)
    assert line.rstrip() == "  listen 1,200 of 3,000, 40%, 640 x real time, 2:30 left"
    assert "0 x real time, 0:00 left" in pace_line(Progress("learn", 0, 0.0, 0.0), 3, 0.0)


def test_a_run_that_is_over_at_once_shows_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    with Pace(2) as pace:
        pace(Progress("listen", 1, 60.0, 0.5))
        pace(Progress("decide", 2, 120.0, 1.0))
    assert capsys.readouterr().err == ""


def test_the_folder_of_a_page_is_new_empty_or_one_of_ours(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "page"
    check_folder(folder)
    (folder / "index.html").write_text(render(ListeningInput([Heard("a.wav", "nobody")])), "utf-8")
    (folder / "sound").mkdir()
    (folder / "sound" / OURS).touch()
    check_folder(folder)
    (folder / "index.html").rename(tmp_path / "index.html")
    check_folder(folder)
    (tmp_path / "index.html").rename(folder / "index.html")
    (folder / "mine.txt").write_text("x")
    with pytest.raises(UsageError, match=r"holds mine\.txt, which is no part of such a page"):
        check_folder(folder)
    (folder / "mine.txt").unlink()
    (folder / "index.html").write_text("<html>my own</html>")
    with pytest.raises(UsageError, match=r"holds index\.html, which is no part"):
        check_folder(folder)
    with pytest.raises(UsageError, match="is a file, expected a folder"):
        check_folder(folder / "index.html")
    with pytest.raises(UsageError, match="cannot be written"):
        check_folder(folder / "index.html" / "below")


def test_a_folder_that_only_holds_somebodys_sounds_is_not_deleted_for_a_page(tmp_path: Path) -> None:
    (tmp_path / "sound").mkdir()
    (tmp_path / "sound" / "call.wav").write_bytes(b"x")
    with pytest.raises(UsageError, match="holds sound, which is no part of such a page"):
        check_folder(tmp_path)


@pytest.mark.parametrize("arguments", [["listen", "x.wav"], ["library", "list", "x"]])
def test_without_the_libraries_of_sound_it_says_what_to_install(arguments: list[str]) -> None:
    code = f"import sys; sys.modules['soundfile'] = None; sys.argv[1:] = {arguments}; from callwitness.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "not installed (soundfile): pip install 'callwitness[audio]'" in done.stderr
    assert "Traceback" not in done.stderr
