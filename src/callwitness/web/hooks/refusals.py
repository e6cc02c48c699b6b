"""Every way in which the front door says no: a status, a code to count, a sentence for the sender's log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

_NONE: Final[Mapping[str, str]] = MappingProxyType({})
RETRY_S: Final = 5


@dataclass(eq=False)
class Refused(Exception):
    """Nothing was kept. status: of HTTP. reason: code, counted. sentence: what is wrong and what to do."""

    status: int
    reason: str
    sentence: str
    headers: Mapping[str, str] = field(default_factory=lambda: _NONE)


def later(status: int, reason: str, sentence: str, seconds: int = RETRY_S) -> Refused:
    """A refusal that trying again after some seconds may cure."""
    return Refused(
        status, reason, f"{sentence} Send it again in {seconds} seconds.", {"retry-after": str(seconds)}
    )


def unknown() -> Refused:
    """The same for a wrong token, a withdrawn one and a source that is switched off."""
    return Refused(404, "unknown", "There is no webhook at this address.")


def wrong_method(method: str) -> Refused:
    """The address is right, the method is not: people open it in a browser to try it."""
    return Refused(
        405,
        "method",
        f"This address takes events by POST; {method[:10]} does nothing here.",
        {"allow": "POST"},
    )


def too_large(limit: int) -> Refused:
    """More bytes than a body may have."""
    return Refused(413, "too_large", f"The body is larger than {limit // 1024} KiB; nothing of it was kept.")
