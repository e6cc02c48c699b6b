"""What ``callwitness up`` does once Django is set up: who may come in, and the two processes kept running."""

from __future__ import annotations

import json
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db import connections

from callwitness.config.processes import Child, end, keep_running
from callwitness.config.server import ServerSettings
from callwitness.domain.errors import UsageError
from callwitness.ledger import models as m
from callwitness.services.demo import load as demo
from callwitness.services.running.locks import FileLock
from callwitness.web.accounts.first import first_link

Say = Callable[[str], None]
_CHECK_S: Final = 60.0


@contextmanager
def alone(settings: ServerSettings) -> Iterator[None]:
    """Only one ``up`` on a data folder. Raises ``UsageError``."""
    held = FileLock(settings.data / "up.lock")
    if not held.take():
        raise UsageError(
            f"Callwitness runs already on {settings.data}. Stop that one first, or choose another folder: --data"
        )
    try:
        yield
    finally:
        held.release()


def introduce(*, with_demo: bool, say: Say) -> None:
    """Fill in the demo company where asked, and say who can sign in."""
    if with_demo:
        _demo(say)
    elif not get_user_model().objects.exists():
        say(f"Nobody has an account yet. The first administrator is made here, once: {first_link()}")
    connections.close_all()


def run(settings: ServerSettings, level: str, *, say: Say) -> int:
    """Web and worker until Ctrl-C or SIGTERM. The exit code."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    say(f"Callwitness is at {settings.url}  (Ctrl-C stops it; everything is kept in {settings.data})")
    return keep_running(_children(settings, level), stop)


def check(settings: ServerSettings, level: str, *, say: Say) -> int:
    """Start both, ask after their health until it is well, stop. The exit code."""
    children = _children(settings, level)
    try:
        for child in children:
            child.start()
        problems = _wait_until_well(f"http://{settings.host}:{settings.port}/health/")
    finally:
        end(children)
    say("It works: the server answered and its worker is at work." if not problems else "\n".join(problems))
    return 1 if problems else 0


def _children(settings: ServerSettings, level: str) -> list[Child]:
    where = ["--data", str(settings.data), "--log-level", str(level)]
    return [
        Child("web", ["web", "--host", settings.host, "--port", str(settings.port), *where]),
        Child("worker", ["worker", *where]),
    ]


def _wait_until_well(address: str) -> list[str]:
    """What is still wrong after a while; nothing as soon as all is well."""
    problems = ["The server does not answer."]
    until = time.monotonic() + _CHECK_S
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=10):  # noqa: S310 our own address
                return []
        except urllib.error.HTTPError as told:
            answer: dict[str, Any] = json.loads(told.read())
            problems = list(answer["problems"])
        except OSError:
            pass
        time.sleep(0.2)
    return problems


def _demo(say: Say) -> None:
    """The demo company, made when it is not there, and who may sign in."""
    workspace = m.Workspace.objects.filter(slug=demo.SLUG).first()
    if workspace is None:
        say("Making the demo company: thirty days of calls, about half a minute")
        workspace = demo.load_demo(_silent, time.time_ns() // 1_000_000).workspace
    say(f"The demo's people sign in with the password {demo.demo_password()}")
    for mail, name, role in demo.demo_accounts(workspace):
        say(f"  {role:<9} {mail:<34} {name}")


def _silent(_stage: str, _done: int) -> None:
    """The demo is made too quickly for progress to help."""
