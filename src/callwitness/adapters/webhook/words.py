"""Single values of an event: texts, moments, lengths and the words with a meaning."""

from __future__ import annotations

import math
import re
from datetime import datetime
from typing import Final, NamedTuple

from callwitness.domain.schema import DIRECTIONS, RESULTS

UNANSWERED: Final = (
    "no_answer", "busy", "failed", "cancelled", "abandoned", "timeout", "empty", "key", "voicemail", "deflected",
    "rejected", "closed",
)  # fmt: skip
"""Results that say that no person was reached."""
_FIRST: Final = 946_684_800
_LAST: Final = 4_102_444_800
"""Unix seconds of 2000 and 2100: what is outside is no moment of a call."""
_NUMBER: Final = re.compile(r"[0-9]{9,13}(\.[0-9]{1,6})?")
_LONGEST_S: Final = 7 * 86_400


class Moment(NamedTuple):
    """at: ms UTC. precision_ms: 1000 where whole seconds were stated, else 1."""

    at: int
    precision_ms: int


def text(value: object, most: int = 500) -> str | None:
    """A string or number as text, cut; blank and anything else as None."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip()[:most] or None


def moment(value: object) -> Moment | None:
    """ISO 8601 with a zone, or unix time in seconds or milliseconds, as text or number; None for anything else."""
    told = text(value)
    if told is None:
        return None
    if _NUMBER.fullmatch(told):
        return _unix(float(told))
    try:
        when = datetime.fromisoformat(told)
        if when.tzinfo is None:
            return None
        at = round(when.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
    return Moment(at, 1 if when.microsecond else 1000) if _FIRST <= at / 1000 <= _LAST else None


def _unix(number: float) -> Moment | None:
    if _FIRST <= number <= _LAST:
        return Moment(round(number * 1000), 1000 if number.is_integer() else 1)
    return Moment(round(number), 1) if _FIRST <= number / 1000 <= _LAST else None


def seconds(value: object) -> float | None:
    """A length in seconds, as text or number; None for what cannot be one."""
    try:
        number = float(text(value) or "nan")
    except ValueError:
        return None
    return number if math.isfinite(number) and 0 <= number <= _LONGEST_S else None


def direction(value: object) -> str | None:
    """One of ``DIRECTIONS``, else None."""
    told = _word(value)
    return told if told in DIRECTIONS else None


def result(value: object) -> str | None:
    """One of ``RESULTS``; ``unknown`` for another word, None for no word."""
    told = _word(value)
    return None if told is None else told if told in RESULTS else "unknown"


def answered_by(value: object) -> bool | None:
    """True: a person; False: a machine; None: not said."""
    return {"human": True, "machine": False}.get(_word(value) or "")


def hangup_by(value: object) -> str | None:
    """Caller, callee or system, else None."""
    told = _word(value)
    return told if told in ("caller", "callee", "system") else None


def _word(value: object) -> str | None:
    told = text(value, 40)
    return told.lower().replace("-", "_").replace(" ", "_") if told else None
