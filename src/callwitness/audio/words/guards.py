"""Engines write fluent sentences over noise and silence. What shows the marks of it is dropped.

The limits of silence and compression are those by which Whisper itself decides that it failed. Of its base model, real
telephone speech lies above -1.1 in mean log probability, and most of what it makes up over noise repeats itself.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from callwitness.audio.words.engine import Said

_NO_SPEECH: Final = 0.6
_LOGPROB: Final = -1.0
_HOPELESS_LOGPROB: Final = -1.2
_COMPRESSION: Final = 2.4
_LETTERS_A_SECOND: Final = 40.0
"""Nobody speaks so fast; the quickest speakers reach 25."""
_SHORTEST_S: Final = 0.5
"""Times of very short segments are too coarse to reckon a speed."""
_SAME: Final = 3


def believable(said: Iterable[Said]) -> Iterator[Said]:
    """Those that a person may have said; of the same words again and again the first few."""
    before, times = "", 0
    for each in said:
        if _made_up(each):
            continue
        bare = "".join(filter(str.isalnum, each.text.lower()))
        before, times = bare, times + 1 if bare == before else 1
        if times < _SAME:
            yield each


def _made_up(said: Said) -> bool:
    text = said.text.strip()
    if not any(map(str.isalnum, text)):
        return True
    logprob = 0.0 if said.logprob is None else said.logprob
    if logprob < _HOPELESS_LOGPROB or (logprob < _LOGPROB and (said.no_speech or 0.0) > _NO_SPEECH):
        return True
    if len(text) / max(_SHORTEST_S, said.end_s - said.start_s) > _LETTERS_A_SECOND:
        return True
    packed = said.compression if said.compression is not None else _compression(text)
    return packed > _COMPRESSION


def _compression(text: str) -> float:
    data = text.encode()
    return len(data) / len(zlib.compress(data))
