"""Facts as JSON lines: one recording a line, UTF-8."""

from __future__ import annotations

import json
from typing import Final, TextIO

from callwitness.audio.heard import Heard

_LINE_ENDS: Final = str.maketrans({end: f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"})
"""What many readers of lines take for an end of one, and JSON does not escape."""


def json_line(heard: Heard) -> str:
    """One line without its end; times are numbers, unknown is null, never NaN. What is no text is escaped."""
    told = json.dumps(heard.row(), ensure_ascii=False, allow_nan=False).translate(_LINE_ENDS)
    return told.encode("utf-8", "backslashreplace").decode("utf-8")


def write(heard: Heard, stream: TextIO) -> None:
    """One line, given on at once: whoever reads a pipe sees recordings as they are decided."""
    stream.write(json_line(heard) + "\n")
    stream.flush()
