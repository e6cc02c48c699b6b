"""Which column of a CDR row is which: by its number of columns, by the header, or by what the values look like.

``cdr_csv`` writes a fixed order of 16 columns and up to five more; ``cdr_custom`` writes whatever its template says;
FreePBX exports the columns of its table, with or without a header.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

CDR_NAMES: Final = frozenset(
    "accountcode src dst dcontext clid channel dstchannel lastapp lastdata start answer end duration billsec "
    "disposition amaflags uniqueid userfield peeraccount linkedid sequence calldate did recordingfile cnum cnam "
    "outbound_cnum outbound_cnam dst_cnam".split()
)
EITHER: Final = "uniqueid_or_userfield"

_BASE: Final = tuple(
    "accountcode src dst dcontext clid channel dstchannel lastapp lastdata start answer end duration billsec "
    "disposition amaflags".split()
)
_NEW: Final = ("peeraccount", "linkedid", "sequence")
MASTER: Final[dict[int, tuple[str, ...]]] = {
    16: _BASE,
    17: (*_BASE, EITHER),
    18: (*_BASE, "uniqueid", "userfield"),
    19: (*_BASE, *_NEW),
    20: (*_BASE, EITHER, *_NEW),
    21: (*_BASE, "uniqueid", "userfield", *_NEW),
}
FREEPBX: Final = tuple(
    "calldate clid src dst dcontext channel dstchannel lastapp lastdata duration billsec disposition amaflags "
    "accountcode uniqueid userfield did recordingfile cnum cnam outbound_cnum outbound_cnam dst_cnam linkedid "
    "peeraccount sequence".split()
)
DISPOSITIONS: Final = ("ANSWERED", "NO ANSWER", "BUSY", "FAILED", "CONGESTION", "CANCEL")

_TIME: Final = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$|\d{1,2}[/.]\d{1,2}[/.]\d{4} \d{1,2}:\d\d(:\d\d)?$"
)
_UNIQUEID: Final = re.compile(r"\S*\d{9,}\.\d+$")
_CALLER_ID: Final = re.compile(r'(".*" ?)?<.*>$')
_COUNT: Final = re.compile(r"-?\d+$")


def columns_of(rows: Sequence[Sequence[str]], custom: bool = True) -> tuple[str, ...] | None:
    """The names of the columns of rows of one width, None when they are no CDR rows. "" = not needed.

    custom: templates other than those of ``cdr_csv`` and FreePBX may be inferred.
    """
    sample = [row for row in rows if any(row)][:200]
    if not sample:
        return None
    width = len(sample[0])
    master = MASTER.get(width)
    if master and _share(sample, 9, _TIME) > 0.5 and _dispositions(sample, 14) > 0.5:
        return master
    if _freepbx(sample, width):
        return (FREEPBX + ("",) * width)[:width]
    return _custom(sample, width) if custom else None


def header_columns(fields: Sequence[str]) -> tuple[str, ...] | None:
    """Names taken from a header row, None when this is none."""
    names = [field.strip().lower().replace(" ", "") for field in fields]
    known = [name if name in CDR_NAMES else "" for name in names]
    times = {"start", "calldate"} & set(known)
    return tuple(known) if times and len(set(known) - {""}) >= 5 else None


def _share(rows: Sequence[Sequence[str]], column: int, pattern: re.Pattern[str]) -> float:
    return sum(bool(pattern.match(row[column])) for row in rows) / len(rows)


def _dispositions(rows: Sequence[Sequence[str]], column: int) -> float:
    return sum(row[column] in DISPOSITIONS for row in rows) / len(rows)


def _freepbx(rows: Sequence[Sequence[str]], width: int) -> bool:
    return 13 <= width <= 27 and _share(rows, 0, _TIME) > 0.5 and _dispositions(rows, 11) > 0.5


def _custom(rows: Sequence[Sequence[str]], width: int) -> tuple[str, ...] | None:
    """A template of its own: the run ``start answer end duration billsec disposition`` is the anchor."""
    starts = [
        at for at in range(width - 5) if _share(rows, at, _TIME) > 0.5 and _dispositions(rows, at + 5) > 0.5
    ]
    if not starts or starts[0] < 4:
        return None
    at = starts[0]
    names = [""] * width
    names[at - 4 : at] = ["channel", "dstchannel", "lastapp", "lastdata"]
    names[at : at + 6] = ["start", "answer", "end", "duration", "billsec", "disposition"]
    before = list(range(at - 4))
    clid = max(before, key=lambda column: _share(rows, column, _CALLER_ID), default=-1)
    if clid >= 0 and _share(rows, clid, _CALLER_ID) > 0.2:
        names[clid] = "clid"
        before.remove(clid)
    for name, column in zip(("dcontext", "dst", "src", "accountcode"), reversed(before), strict=False):
        names[column] = name
    _name_ids(rows, names, range(at + 6, width))
    return tuple(names)


def _name_ids(rows: Sequence[Sequence[str]], names: list[str], columns: range) -> None:
    """Behind the disposition: the first that looks like a unique id is one, a second is the linked id."""
    free = iter(("uniqueid", "linkedid"))
    for column in columns:
        if _share(rows, column, _UNIQUEID) > 0.5:
            names[column] = next(free, "")
    last = columns[-1] if columns else -1
    if last >= 0 and not names[last] and _share(rows, last, _COUNT) > 0.5:
        names[last] = "sequence"
