"""The folder of ``listen --report``: a page, and beside it the sounds that it plays."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from callwitness.audio.heard import Heard
from callwitness.domain.errors import UsageError
from callwitness.report.listening.card import Sound
from callwitness.report.listening.page import MARK, ListeningInput, render, with_cards

if TYPE_CHECKING:
    from callwitness.services.listening.gather import Input
    from callwitness.services.listening.pool import Pool
    from callwitness.services.listening.run import Told

_PAGE: Final = "index.html"
_SOUNDS: Final = "sound"
_HEAD: Final = 2000


def check_folder(folder: Path) -> None:
    """The folder exists and holds nothing but an earlier page of ours, whole or not: its sounds are deleted. Raises
    ``UsageError``.
    """
    from callwitness.audio.clips import OURS  # noqa: PLC0415 needs the extra audio

    try:
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"--report {folder}: is a file, expected a folder")
        folder.mkdir(parents=True, exist_ok=True)
        strange = sorted(each.name for each in folder.iterdir() if each.name not in {_PAGE, _SOUNDS})
        page, sounds = folder / _PAGE, folder / _SOUNDS
        if page.exists() and MARK not in page.read_text("utf-8", "replace")[:_HEAD]:
            strange.append(_PAGE)
        if sounds.exists() and not (sounds / OURS).is_file():
            strange.append(_SOUNDS)
    except OSError as problem:
        raise UsageError(f"--report {folder}: cannot be written: {problem.strerror}") from None
    if strange:
        raise UsageError(
            f"--report {folder}: holds {strange[0]}, which is no part of such a page; name another"
        )


def write_report(
    folder: Path, given: ListeningInput, inputs: Sequence[Input], pool: Pool, progress: Told
) -> None:
    """Write page and sounds. Raises ``UsageError`` where the folder cannot be written to."""
    from callwitness.audio.clips import OURS  # noqa: PLC0415 needs the extra audio

    try:
        shutil.rmtree(folder / _SOUNDS, ignore_errors=True)
        (folder / _SOUNDS).mkdir()
        (folder / _SOUNDS / OURS).touch()
        sounds = _copied(folder / _SOUNDS, inputs, with_cards(given.recordings), pool, progress)
        page = render(replace(given, sounds=sounds))
        (folder / _PAGE).write_text(page, encoding="utf-8", newline="\n")
    except OSError as problem:
        raise UsageError(f"--report {folder}: cannot be written: {problem.strerror}") from None


def _copied(
    folder: Path, inputs: Sequence[Input], shown: Sequence[Heard], pool: Pool, progress: Told
) -> dict[str, Sound]:
    from callwitness.services.listening.copies import Copied, CopyTask, copy  # noqa: PLC0415 needs the extra audio
    from callwitness.services.listening.run import HANGS_S, Progress  # noqa: PLC0415 as above

    places = {each.file: each.path for each in inputs}
    tasks = [
        CopyTask(each.file, places[each.file].absolute(), folder / f"{number:04}.ogg")
        for number, each in enumerate(shown, 1)
        if each.status != "unreadable"
    ]
    sounds: dict[str, Sound] = {}
    copied_s = 0.0
    for number, (task, done) in enumerate(pool.each(copy, tasks, HANGS_S), 1):
        if isinstance(done, Copied):
            sounds[task.file] = Sound(f"{_SOUNDS}/{task.target.name}", done.seconds, done.peaks)
            copied_s += done.seconds
        progress(Progress("copy", number, copied_s, number / len(tasks)))
    return sounds
