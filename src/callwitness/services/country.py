"""The country of national numbers, where nobody has said it: read off the numbers themselves.

``8 900 ...`` is a Russian number only in Russia. When most complete numbers at the beginning of the files are of one
country that Callwitness knows the habits of, its national numbers are read as such, and the result says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from callwitness.services.evidence import HEAD_BYTES, SourceEvidence

_SHAPES: Final = {
    "RU": re.compile(rb"(?<!\d)(?:\+7|7)[ (-]*[3489]\d\d[ )-]*\d{3}[ -]?\d\d[ -]?\d\d(?!\d)"),
    "UA": re.compile(rb"(?<!\d)(?:\+380|380)[ (-]*\d\d[ )-]*\d{3}[ -]?\d\d[ -]?\d\d(?!\d)"),
}
_ENOUGH: Final = 3
_CLEAR: Final = 0.8


def guess_country(sources: Sequence[SourceEvidence]) -> str | None:
    """ISO code of the country most numbers are of, None when that is not clear."""
    seen = dict.fromkeys(_SHAPES, 0)
    for source in sources:
        for readable in source.files:
            with readable.file.open() as stream:
                head = stream.read(HEAD_BYTES)
            for country, shape in _SHAPES.items():
                seen[country] += len(shape.findall(head))
    country = max(seen, key=lambda name: seen[name])
    clear = seen[country] >= _ENOUGH and seen[country] >= _CLEAR * sum(seen.values())
    return country if clear else None
