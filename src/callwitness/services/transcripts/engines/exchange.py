"""One question to a service of speech and its answer: over a judged connection, within bounds, again when it is busy.

No redirect is followed, since the key would go along, and nothing goes outside unencrypted. A key never stands in an error.
"""

from __future__ import annotations

import http.client
import json
import random
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from callwitness.audio.words.engine import EngineFailed, EngineRefused
from callwitness.services.recordings.fetching import (
    FetchFailed,
    FetchRefused,
    Watch,
    connect,
    judged,
    trusted,
)

TRIES: Final = 4
_LONGEST_PAUSE_S: Final = 60.0
_AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_KEY_REFUSED: Final = frozenset({401, 403})
_LONGEST_MESSAGE: Final = 200


@dataclass(frozen=True, slots=True)
class Post:
    """What is asked. allowed: hosts of our own network that may be reached."""

    url: str
    body: bytes
    headers: Mapping[str, str]
    allowed: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Patience:
    """seconds: for one try, from connecting to the last byte; size: most bytes of the answer."""

    seconds: float = 180.0
    size: int = 8 << 20
    tries: int = TRIES
    pause: Callable[[float], None] = time.sleep


class _Busy(Exception):
    """The service says, or shows, that the same question may work later. after_s: as it asks, None when it does not."""

    def __init__(self, sentence: str, after_s: float | None = None) -> None:
        self.sentence, self.after_s = sentence, after_s
        super().__init__(sentence)


def ask(post: Post, patience: Patience) -> dict[str, Any]:
    """The JSON object that the service answers. Raises ``EngineFailed``."""
    for tried in range(1, patience.tries + 1):
        try:
            return _object(_once(post, patience))
        except _Busy as busy:
            if tried == patience.tries:
                raise EngineFailed(f"{busy.sentence}, also at try {tried}", again=True) from None
            wait = busy.after_s if busy.after_s is not None else 2.0 ** (tried - 1) * random.uniform(0.8, 1.2)  # noqa: S311 no secret
            patience.pause(min(wait, _LONGEST_PAUSE_S))
    raise EngineFailed("nothing was asked")


def _once(post: Post, patience: Patience) -> bytes:
    watch = Watch(patience.seconds)
    try:
        return _exchange(post, patience, watch)
    except FetchRefused as problem:
        raise EngineFailed(str(problem)) from None
    except FetchFailed as problem:
        raise _Busy(str(problem)) from None
    except ValueError:  # its text may hold a header, and so the key
        raise EngineFailed("the service cannot be asked: its address or key is not written as such") from None
    except (OSError, http.client.HTTPException) as problem:
        if watch.rang:
            raise _Busy(f"the service took longer than {patience.seconds:.0f} s") from None
        raise _Busy(f"the service cannot be reached: {str(problem) or type(problem).__name__}") from None
    finally:
        watch.stop()


def _exchange(post: Post, patience: Patience, watch: Watch) -> bytes:
    parts = judged(post.url)
    connection = connect(parts, post.allowed, watch)
    try:
        if parts.scheme != "https" and not trusted(parts, post.allowed):
            raise EngineRefused(
                "the address says http: voices and keys go to a service outside by https alone"
            )
        if connection.sock is not None:
            connection.sock.settimeout(patience.seconds)  # it thinks before the first byte
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"User-Agent": "Callwitness", "Accept": "application/json", **post.headers}
        connection.request("POST", path, post.body, headers)
        with connection.getresponse() as answer:
            data = answer.read(patience.size + 1)
            if watch.rang:  # a connection we closed looks like an end
                raise TimeoutError
            if answer.status != 200:
                raise _refusal(answer, data)
        if len(data) > patience.size:
            raise EngineFailed(f"the service answers more than {patience.size >> 20} MB")
        return data
    finally:
        connection.close()


def _refusal(answer: http.client.HTTPResponse, data: bytes) -> Exception:
    """Why the service gave no words. What it says about a refused key may hold a part of the key, so it is not told."""
    status = answer.status
    if 300 <= status < 400:
        return EngineFailed(f"the service answers {status} and leads elsewhere; name the address it leads to")
    if status in _KEY_REFUSED:
        return EngineRefused(f"the service does not accept the key ({status})")
    said = f"the service answers {status}{_message(data)}"
    if status in _AGAIN:
        return _Busy(said, _retry_after(answer.getheader("Retry-After")))
    return EngineFailed(said)


def _message(data: bytes) -> str:
    """``: sentence`` from ``{"error": {"message": ...}}``, which all of these services send."""
    try:
        error = json.loads(data[:65_536])["error"]
        text = error["message"] if isinstance(error, dict) else error
        shown = " ".join(str(text).split())[:_LONGEST_MESSAGE]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return f": {shown}" if shown else ""


def _retry_after(header: str | None) -> float | None:
    """Seconds; a date, which nobody sends here, counts as not said."""
    return float(header) if header and header.isdecimal() and len(header) < 6 else None


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise EngineFailed("the service answers something that is no JSON object")
    return found
