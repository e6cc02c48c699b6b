"""Facts as JSON lines: one recording a line, UTF-8."""

from __future__ import annotations

import json
from typing import TextIO

from callwitness.audio.heard import Heard


def json_line(heard: Heard) -> str:
    """One line without its end; times are numbers, unknown is null, never NaN."""
    return json.dumps(heard.row(), ensure_ascii=False, allow_nan=False)


def write(heard: Heard, stream: TextIO) -> None:
    """One line, given on at once: whoever reads a pipe sees recordings as they are decided."""
    stream.write(json_line(heard) + "\n")
    stream.flush()
