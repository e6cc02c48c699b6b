"""The folder of ``listen --report``: a page, and beside it the sounds that it plays."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from callwitness.audio.heard import Heard
from callwitness.domain.errors import UsageError
from callwitness.report.listening.card import Sound
from callwitness.report.listening.page import MARK, ListeningInput, render, with_cards

if TYPE_CHECKING:
    from callwitness.services.listening.gather import Input
    from callwitness.services.listening.pool import Pool

_PAGE: Final = "index.html"
_SOUNDS: Final = "sound"
_HEAD: Final = 2000


def check_folder(folder: Path) -> None:
    """The folder exists and is empty or holds an earlier page of ours. Raises ``UsageError``."""
    try:
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"--report {folder}: is a file, expected a folder")
        folder.mkdir(parents=True, exist_ok=True)
        strange = sorted(each.name for each in folder.iterdir() if each.name not in {_PAGE, _SOUNDS})
        page = folder / _PAGE
        ours = not page.exists() or MARK in page.read_text("utf-8", "replace")[:_HEAD]
    except OSError as problem:
        raise UsageError(f"--report {folder}: cannot be written: {problem.strerror}") from None
    if strange or not ours:
        raise UsageError(
            f"--report {folder}: holds {(strange or [_PAGE])[0]}, which is no part of such a page; name another"
        )


def write_report(
    folder: Path,
    inputs: Sequence[Input],
    heard: Sequence[Heard],
    line_of: Mapping[str, str],
    pieces: Mapping[str, str],
    lang: str,
    pool: Pool,
) -> Path:
    """Write page and sounds; the path of the page. Raises ``UsageError`` where the folder cannot be written to."""
    try:
        shutil.rmtree(folder / _SOUNDS, ignore_errors=True)
        (folder / _SOUNDS).mkdir()
        sounds = _copied(folder / _SOUNDS, inputs, with_cards(heard), pool)
        page = render(ListeningInput(heard, line_of, sounds, pieces, lang))
        (folder / _PAGE).write_text(page, encoding="utf-8", newline="\n")
    except OSError as problem:
        raise UsageError(f"--report {folder}: cannot be written: {problem.strerror}") from None
    return folder / _PAGE


def _copied(folder: Path, inputs: Sequence[Input], shown: Sequence[Heard], pool: Pool) -> dict[str, Sound]:
    from callwitness.services.listening.copies import Copied, CopyTask, copy  # noqa: PLC0415 needs the extra audio

    places = {each.file: each.path for each in inputs}
    tasks = [
        CopyTask(each.file, places[each.file].absolute(), folder / f"{number:04}.ogg")
        for number, each in enumerate(shown, 1)
        if each.status != "unreadable"
    ]
    return {
        task.file: Sound(f"{_SOUNDS}/{task.target.name}", done.seconds, done.peaks)
        for task, done in pool.each(copy, tasks)
        if isinstance(done, Copied)
    }
