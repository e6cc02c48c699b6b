"""The two long-running processes: what serves people and webhooks, and the worker. Both end on SIGINT or SIGTERM."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Final

from django.db import connections
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from callwitness.config.ports import require_free
from callwitness.config.processes import CHILD
from callwitness.config.server import ServerSettings
from callwitness.services.running.jobs import job_table
from callwitness.services.running.locks import WORKER, lock
from callwitness.services.running.worker import Stopped, Worker

_HEADERS_MS: Final = 15_000
_LAST_ANSWERS_S: Final = 5.0
_log: Final = logging.getLogger("callwitness.web")


def serve(settings: ServerSettings) -> None:
    """Serve until asked to stop. Raises ``UsageError`` when the address cannot be listened on."""
    require_free(settings.host, settings.port)
    asyncio.run(_serve(settings))
    connections.close_all()
    sys.stderr.flush()
    os._exit(0)  # threads may still wait for readers that have gone


def work(settings: ServerSettings) -> None:
    """Work until asked to stop."""
    stop = threading.Event()
    worker = Worker(job_table(stop), lock(WORKER, settings.data), settings.data, stop)

    def ask(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise Stopped
        stop.set()

    signal.signal(signal.SIGINT, ask)
    signal.signal(signal.SIGTERM, ask)
    _when_parent_dies(lambda: os.kill(os.getpid(), signal.SIGTERM))
    worker.run()


async def _serve(settings: ServerSettings) -> None:
    from callwitness.web.asgi import app  # noqa: PLC0415 opens the inbox and threads: only where it is served

    server = Server(
        app,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        websockets=False,
        backlog=1024,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADERS_MS),
        log_enabled=False,
    )
    _on_signals(server.stop)
    _log.info("serving", extra={"host": settings.host, "port": settings.port, "pid": os.getpid()})
    await server.serve()


def _on_signals(stop: Callable[[], None]) -> None:
    """Stop once, well; a process that does not manage within a while is ended."""
    loop = asyncio.get_running_loop()

    def ask() -> None:
        stop()
        loop.call_later(_LAST_ANSWERS_S, os._exit, 0)

    def from_outside(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(ask)

    signal.signal(signal.SIGINT, from_outside)
    signal.signal(signal.SIGTERM, from_outside)
    _when_parent_dies(lambda: loop.call_soon_threadsafe(ask))


def _when_parent_dies(stop: Callable[[], object]) -> None:
    """Children of ``callwitness up`` do not outlive it, however it ends."""
    if os.environ.get(CHILD) != "1":
        return

    def watch() -> None:
        while os.read(0, 1):
            pass
        stop()

    threading.Thread(target=watch, name="parent", daemon=True).start()
