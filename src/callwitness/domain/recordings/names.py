"""What the name of a recording says: ids, telephone numbers and a moment.

Exchanges write such names in many ways (``in-74950000001-79160000001-20261110-101500-1699.12.wav``,
``20261110-101500_79160000001.mp3``, a bare id); what is read here is what they have in common.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

_SPLIT: Final = re.compile(r"([-_ +,;=@()\[\]{}]+)")
_MOST_PARTS: Final = 24
_LONGEST: Final = 500
_CLOCK: Final = r"([01]\d|2[0-3])[-:._h]?([0-5]\d)(?:[-:._m]?([0-5]\d))?(?!\d)"
_YEAR_FIRST: Final = re.compile(
    r"(?<!\d)(20\d\d)[-._]?(0[1-9]|1[0-2])[-._]?(0[1-9]|[12]\d|3[01])[-_T. ]{0,3}" + _CLOCK
)
_DAY_FIRST: Final = re.compile(
    r"(?<!\d)(0[1-9]|[12]\d|3[01])[-._](0[1-9]|1[0-2])[-._](20\d\d)[-_T. ]{1,3}" + _CLOCK
)
_EPOCH: Final = re.compile(r"(?<!\d)(1\d{9})(?:\d{3})?(?:\.\d+)?(?![\d.])")
_DIGITS: Final = re.compile(r"\d{2,15}")
_SHORTEST_ID: Final = 6
_SHORTEST_NUMERAL: Final = 10
"""Ids of digits alone must be longer than a date."""
_SAME_END: Final = 9


@dataclass(frozen=True, slots=True)
class Said:
    """What one name says.

    stem: the name without folder and ending. ids: parts of it that may be the id of a call. keys: telephone numbers
    as ``number_key`` writes them. wall: local time, as ms since 1970 on that clock; epoch: ms UTC. step_ms: how finely
    the moment is told.
    """

    stem: str
    ids: tuple[str, ...]
    keys: tuple[str, ...]
    wall: int | None
    epoch: int | None
    step_ms: int = 1000


def read_name(name: str) -> Said:
    """What a name or link says; total: any text has an answer."""
    text = stem(name)[:_LONGEST]
    wall, step, rest = _wall(text)
    found = _EPOCH.search(rest)
    rest = rest if found is None else rest[: found.start()] + " " + rest[found.end() :]
    keys = tuple(dict.fromkeys(number_key(run) for run in _DIGITS.findall(rest)))
    epoch = None if found is None else int(found[1]) * 1000
    return Said(
        text,
        tuple(part for part in _parts(text) if part == text or _may_be_id(part)),
        keys,
        wall,
        epoch,
        step,
    )


def stem(name: str) -> str:
    """The last part of a name or link without its ending: by which a recording and its record know each other."""
    path = urlsplit(name).path if re.match(r"https?://", name, re.IGNORECASE) else name
    last = path.replace("\\", "/").rpartition("/")[2]
    before, dot, ending = last.rpartition(".")
    return before if dot and ending.isalnum() and not ending.isdecimal() and len(ending) <= 5 else last


def number_key(digits: str) -> str:
    """A number as it is compared: its last nine digits, whatever prefix it was dialled with; short ones whole."""
    return digits[-_SAME_END:] if len(digits) >= _SAME_END else digits


def _wall(text: str) -> tuple[int | None, int, str]:
    """Local time, its step, and the text without it."""
    for pattern, order in ((_YEAR_FIRST, (1, 2, 3)), (_DAY_FIRST, (3, 2, 1))):
        for found in pattern.finditer(text):
            year, month, day = (int(found[group]) for group in order)
            hour, minute, second = int(found[4]), int(found[5]), int(found[6] or 0)
            try:
                moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
            except ValueError:
                continue
            step = 1000 if found[6] else 60_000
            return round(moment.timestamp() * 1000), step, text[: found.start()] + " " + text[found.end() :]
    return None, 1000, text


def _may_be_id(part: str) -> bool:
    return len(part) >= (_SHORTEST_NUMERAL if part.isdecimal() else _SHORTEST_ID)


def _parts(text: str) -> list[str]:
    """The whole, and every run of its parts between signs that divide names; ids may hold such signs themselves."""
    pieces = _SPLIT.split(text)[: 2 * _MOST_PARTS]
    words = range(0, len(pieces), 2)
    runs = ("".join(pieces[first : last + 1]) for first in words for last in words if last >= first)
    return list(dict.fromkeys([text, *(run for run in runs if run)]))
