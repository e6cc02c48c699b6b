"""Which addresses are open: the tokens of the ledger's sources, read again every few seconds."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

HITS_S: Final = 10.0
"""A withdrawn token may still be taken for this long, if the ledger can be read."""
MISSES_S: Final = 2.0
"""A new token may still be unknown for this long."""
_SOON_S: Final = 5.0
_AFTER_FAILURE_S: Final = 1.0
_log: Final = logging.getLogger("callwitness.hooks")


class TokensUnavailable(Exception):
    """The ledger cannot be read and the token is not among those read before."""


@dataclass(frozen=True, slots=True)
class Hook:
    """A source that takes webhooks. secret: signs its bodies; empty = they come unsigned."""

    source_id: int
    secret: str


class TokenBook:
    """Token to ``Hook``. load: reads all open ones (called in a thread); clock: seconds, monotonic.

    While the ledger cannot be read, tokens that were known stay known: what their senders tell can still be kept.
    """

    def __init__(
        self, load: Callable[[], Mapping[str, Hook]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._load, self._clock = load, clock
        self._hooks: Mapping[str, Hook] = {}
        self._read_at = float("-inf")
        self._failed_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def find(self, token: str) -> Hook | None:
        """The hook of a token, None when there is none. Raises ``TokensUnavailable``."""
        hook, age = self._hooks.get(token), self._clock() - self._read_at
        if age < (_SOON_S if hook else MISSES_S):
            return hook
        reading = self._read_again()
        if hook and age < HITS_S:  # the next one will know; this one need not wait
            return hook
        await asyncio.shield(reading)
        hook = self._hooks.get(token)
        if hook is None and self._failed_at > self._read_at:
            raise TokensUnavailable
        return hook

    def _read_again(self) -> asyncio.Task[None]:
        """One reading at a time, for all who wait."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.get_running_loop().create_task(self._read())
        return self._reading

    async def _read(self) -> None:
        if self._clock() - self._failed_at < _AFTER_FAILURE_S:
            return
        begun = self._clock()
        try:
            self._hooks = await asyncio.to_thread(self._load)
        except Exception as problem:  # noqa: BLE001 whatever a database driver raises, the door stays open
            if self._failed_at <= self._read_at:
                _log.warning("the tokens of webhooks cannot be read: %s", type(problem).__name__)
            self._failed_at = self._clock()
        else:
            if self._failed_at > self._read_at:
                _log.info("the tokens of webhooks are read")
            self._read_at = begun
