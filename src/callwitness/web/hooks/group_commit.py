"""One writer for all: whatever came while the last commit ran goes into the next one. Nobody waits for a timer."""

from __future__ import annotations

import asyncio
import logging
import threading
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Final, NamedTuple

from callwitness.ledger.inbox import Arrival, Inbox, InboxUnavailable
from callwitness.web.hooks.counters import HookCounters
from callwitness.web.hooks.refusals import later

_log: Final = logging.getLogger("callwitness.hooks")


class _Waiting(NamedTuple):
    arrivals: list[Arrival]
    size: int
    done: asyncio.Future[list[bool]]


class GroupCommit:
    """Appends to an inbox from a thread of its own, started with the first body.

    max_waiting, max_waiting_bytes: what may wait for a commit; more is refused (503) instead of piling up.
    """

    def __init__(
        self, inbox: Inbox, counters: HookCounters, max_waiting: int, max_waiting_bytes: int
    ) -> None:
        self._inbox, self._counters = inbox, counters
        self._max_waiting, self._max_bytes = max_waiting, max_waiting_bytes
        self._bytes = 0
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._writer: threading.Thread | None = None
        self._troubled = False

    async def keep(self, arrivals: list[Arrival]) -> list[bool]:
        """Append, durable on return; True for what is new. Raises ``Refused`` (503) and ``InboxUnavailable``."""
        size = sum(len(arrival.body) for arrival in arrivals)
        busy = self._counters.waiting + len(arrivals) > self._max_waiting
        if self._counters.waiting and (busy or self._bytes + size > self._max_bytes):
            raise later(503, "busy", "Too much is waiting to be written; nothing of this body was kept.")
        if self._writer is None:
            self._writer = threading.Thread(target=self._write, name="webhook inbox", daemon=True)
            self._writer.start()
        done: asyncio.Future[list[bool]] = asyncio.get_running_loop().create_future()
        self._counters.waiting += len(arrivals)
        self._bytes += size
        self._queue.put(_Waiting(arrivals, size, done))
        return await done

    def close(self) -> None:
        """Write what waits, then stop."""
        if self._writer is not None:
            self._queue.put(None)
            self._writer.join()
            self._writer = None

    def _write(self) -> None:
        while (first := self._queue.get()) is not None:
            batch, last = [first], False
            with suppress(Empty):
                while not last:
                    more = self._queue.get_nowait()
                    last = more is None
                    batch += [more] if more else []
            self._commit(batch)
            if last:
                return

    def _commit(self, batch: list[_Waiting]) -> None:
        flat = [arrival for waiting in batch for arrival in waiting.arrivals]
        kept: list[bool] | InboxUnavailable
        try:
            kept = self._inbox.append(flat)
        except InboxUnavailable as problem:
            kept = problem
        except Exception:  # noqa: BLE001 a bug must not stop the writer
            _log.exception("a bug while writing to the inbox")
            kept = InboxUnavailable("the inbox failed in a way nobody expected")
        self._report(kept)
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            batch[0].done.get_loop().call_soon_threadsafe(self._settle, batch, kept)

    def _report(self, kept: list[bool] | InboxUnavailable) -> None:
        """Count, and log when trouble begins and ends, not for every body in between."""
        self._counters.commits += 1
        failed = isinstance(kept, InboxUnavailable)
        self._counters.failed_commits += failed
        if failed and not self._troubled:
            _log.error("webhooks are not taken: %s", kept)
        elif self._troubled and not failed:
            _log.warning("webhooks are taken again")
        self._troubled = failed

    def _settle(self, batch: list[_Waiting], kept: list[bool] | InboxUnavailable) -> None:
        """In the event loop: tell everybody of a batch."""
        at = 0
        for waiting in batch:
            count = len(waiting.arrivals)
            self._counters.waiting -= count
            self._bytes -= waiting.size
            if not waiting.done.done():
                if isinstance(kept, InboxUnavailable):
                    waiting.done.set_exception(InboxUnavailable(str(kept)))
                else:
                    waiting.done.set_result(kept[at : at + count])
            at += count
