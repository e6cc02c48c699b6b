"""Names of files as strangers give them, made fit to be shown and kept."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from typing import Final

_LONGEST: Final = 180
_NAMELESS: Final = "evidence"


def shown_name(given: str) -> str:
    """The last part of a path, without control, direction and other invisible characters, of 180 at most.

    ``!`` divides an archive from its member in names of ours, so a name cannot have it.
    """
    last = re.split(r"[/\\]", given.encode("utf-8", "replace").decode())[-1]
    visible = "".join(char for char in last if unicodedata.category(char)[0] != "C")
    name = " ".join(visible.replace("!", "_").split()).strip(". ")
    return _cut(name) or _NAMELESS


def told_apart(name: str, sha256: str) -> str:
    """The name with the beginning of the hash in it: ``calls-1a2b3c4d.csv``."""
    path = PurePosixPath(name)
    stem = name.removesuffix(path.suffix)
    return f"{stem}-{sha256[:8]}{path.suffix}"


def _cut(name: str) -> str:
    """Cut in the middle, so that the ending stays."""
    if len(name) <= _LONGEST:
        return name
    return f"{name[: _LONGEST - 21]}…{name[-20:]}"
