"""What the labels of a corpus say, block by block: the targets of learning."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Label: TypeAlias = Mapping[str, Any]
View: TypeAlias = Literal["mono", "far", "mix"]

_MUSIC: Final = ("music", "vocal", "radio", "rbt")
_QUIET, _TONE, _HOLD, _SPEECH, _OVER = range(5)
_ONSET_BLOCKS: Final = 1.2  # how wide the target of the onset is (a standard deviation)


def labels(folder: Path) -> list[Label]:
    """The rows of ``labels.jsonl``, sorted by file; ``split`` (of which corpus) is the folder's name where it is not told."""
    text = (folder / "labels.jsonl").read_text(encoding="utf-8")
    rows = [{"split": folder.name, "flow": "", "tags": []} | json.loads(line) for line in text.splitlines()]
    return sorted(rows, key=lambda row: str(row["file"]))


def has_spans(label: Label) -> bool:
    """Whether it says who is heard when; without that a recording teaches the choice of the moment only."""
    return "operator_spans" in label


def classes(label: Label, blocks: int, view: View) -> NDArray[np.int64]:
    """(blocks) in the order of ``trace.CLASSES``. On the far side the caller is not heard."""
    told = np.full(blocks, _QUIET)
    music = _covered(
        [span for span in label.get("hold_spans", []) if span[2].split("_")[0] in _MUSIC], blocks
    )
    told[music] = _HOLD
    for start, end, *_ in label.get("tone_spans", []):
        told[int(np.ceil(start * 10 - 0.3)) : int(np.floor(end * 10 + 0.3))] = _TONE
    said = ("ivr_spans", "announcement_spans", "operator_spans") + (
        () if view == "far" else ("caller_spans",)
    )
    speech = _covered([span for name in said for span in label.get(name, [])], blocks)
    told[speech & ~music] = _SPEECH
    told[speech & music] = _OVER
    return told


def roles(label: Label, blocks: int, view: View) -> NDArray[np.int32]:
    """(blocks) in the order of ``answering.ROLES``: other, recorded, operator, caller."""
    told = np.zeros(blocks, np.int32)
    told[_covered([*label.get("ivr_spans", []), *label.get("announcement_spans", [])], blocks)] = 1
    if view != "far":
        told[_covered(label.get("caller_spans", []), blocks)] = 3
    told[_covered(label.get("operator_spans", []), blocks)] = 2
    return told


def answered(label: Label, blocks: int) -> NDArray[np.float32]:
    """(blocks) 1 from the answer on."""
    if label["answer_at"] is None:
        return np.zeros(blocks, np.float32)
    return np.asarray(np.arange(blocks) + 0.5 > label["answer_at"] * 10, np.float32)


def onset(label: Label, blocks: int) -> NDArray[np.float32]:
    """(blocks) a bell of height 1 at the block in which the answer begins."""
    if label["answer_at"] is None:
        return np.zeros(blocks, np.float32)
    away = (np.arange(blocks) - label["answer_at"] * 10) / _ONSET_BLOCKS
    return np.asarray(np.exp(-away * away / 2), np.float32)


def right(label: Label, times: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which candidates (s) are the answer: all within 0.2 s of it, and the nearest within 0.35 s."""
    if label["answer_at"] is None or not len(times):
        return np.zeros(len(times), bool)
    away = np.abs(times - label["answer_at"])
    told = away <= 0.2
    told[away.argmin()] |= away.min() <= 0.35
    return np.asarray(told)


def _covered(spans: Sequence[Sequence[Any]], blocks: int) -> NDArray[np.bool_]:
    told = np.zeros(blocks, bool)
    for start, end, *_ in spans:
        first = round(start * 10)
        told[first : max(round(end * 10), first + 1)] = True
    return told
