"""What people decided about recordings, as labels from which the models that hear can be measured and trained.

A folder with the recordings under names that tell nothing, and ``labels.jsonl`` as docs/develop/label-and-retrain.md has it.
Without spans: what people said of single stretches does not tell who is heard in all the rest.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from callwitness.domain.errors import UsageError
from callwitness.ledger import models as m
from callwitness.ledger.store import Missing
from callwitness.services.arrivals.evidence_store import evidence_store


def write_labels(workspace: m.Workspace, folder: Path) -> int:
    """Write decided recordings with their labels; how many. Raises ``UsageError`` where the folder has something in it."""
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder}: has something in it already. Name a folder that is new or empty")
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    with (folder / "labels.jsonl").open("w", encoding="utf-8") as file:
        for hearing, label in _labels(workspace):
            try:
                with evidence_store().path(hearing.sha256) as path:
                    shutil.copyfile(path, folder / label["file"])
            except Missing:
                continue
            file.write(json.dumps(label) + "\n")
            written += 1
    return written


def _labels(workspace: m.Workspace) -> Iterator[tuple[m.Hearing, dict[str, Any]]]:
    """In order of time. Lines and files get names of their own: numbers of people stand in the real ones."""
    decided = m.Hearing.objects.filter(workspace=workspace).exclude(decided="")
    rows = decided.select_related("recording__call").order_by("recording__call__started_at", "pk")
    lines: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for hearing in rows:
        recording = hearing.recording
        if recording.sha256 != hearing.sha256:
            continue
        line = lines.setdefault(hearing.line, f"{workspace.slug}-{len(lines) + 1}")
        yield (
            hearing,
            {
                "file": f"{recording.pk:08}{_ending(recording.name)}",
                "line": line,
                "seq": counts[line],
                "duration": hearing.duration_s,
                "channels": 2 if hearing.channels == "stereo" else 1,
                "answer_at": hearing.decided_s,
                "connect_at": None,
            },
        )
        counts[line] += 1


def _ending(name: str) -> str:
    """What kind of file it says it is, where that is a plain word."""
    ending = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    return ending if ending[1:].isalnum() and ending.isascii() and len(ending) <= 5 else ".bin"
