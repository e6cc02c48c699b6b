"""The options of an argument, held to what its adapter understands: a misspelt one is refused, never ignored."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from callwitness.domain.errors import UsageError
from callwitness.ingest.registry import adapter_options
from callwitness.services.arguments import SourceArgument
from callwitness.services.databases import is_database

_OF_A_DATABASE: Final = frozenset({"table", "socket"})


def check_options(argument: SourceArgument, adapter: str) -> None:
    """Raises ``UsageError`` naming the option and those there are."""
    known = adapter_options(adapter) | (_OF_A_DATABASE if is_database(argument.path) else frozenset())
    for key in argument.options:
        if key not in known:
            raise UsageError(
                f"{argument.text!r}: {adapter} has no option {key!r}; it has: {', '.join(sorted(known))}"
            )
    if "zone" in argument.options:
        check_zone(argument)


def check_zone(argument: SourceArgument) -> None:
    """Raises ``UsageError`` when the zone is no IANA name."""
    zone = argument.options["zone"]
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise UsageError(
            f"{argument.text!r}: zone {zone!r}: expected an IANA zone such as Europe/Kyiv"
        ) from None
