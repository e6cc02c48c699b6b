"""How a process of the server begins: settings, logs, Django, the ledger's tables brought up to date."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path
from typing import Final

from callwitness.config import logs
from callwitness.config.server import PREFIX, ServerSettings, from_environment, prepare
from callwitness.domain.errors import CallwitnessError, UsageError

_WAIT_S: Final = 0.2
_log: Final = logging.getLogger("callwitness.start")


class DatabaseMissing(CallwitnessError):
    """The database does not answer, or not as it should."""


def setup(
    data: Path | None = None, *, host: str | None = None, port: int | None = None, level: str = "info"
) -> ServerSettings:
    """Everything before the first query; what is given goes before the environment. Raises ``UsageError``."""
    for name, value in (("DATA", data), ("HOST", host), ("PORT", port)):
        if value is not None:
            os.environ[PREFIX + name] = str(value)
    prepare(from_environment())
    settings = from_environment()
    logs.configure(settings.log, level)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callwitness.config.django")
    try:
        import django  # noqa: PLC0415 the commands that need no server run without it
    except ModuleNotFoundError:
        raise UsageError("The server needs more libraries: pip install 'callwitness[server]'") from None
    django.setup()
    return settings


def require_kept(data: Path | None) -> None:
    """Raises ``UsageError`` where no server has kept anything, so that a mistyped folder is not made."""
    folder = from_environment().data if data is None else data.absolute()
    if not (folder / "secret").exists():
        raise UsageError(f"{folder}: no data folder of Callwitness. Name it: --data")


def require_ledger(data: Path | None) -> None:
    """Raises ``UsageError`` where files would make a ledger of their own that nobody looks at. PostgreSQL has one."""
    settings = from_environment()
    folder = settings.data if data is None else data.absolute()
    if not settings.database and not (folder / settings.sqlite.name).exists():
        raise UsageError(
            f"{folder}: no ledger here, nothing was stored. Name the folder that the server works on: --data; "
            f"a new one is made by: callwitness up --data {folder}"
        )


def migrate(settings: ServerSettings, wait_s: float = 60) -> None:
    """Bring the tables up to date, one process at a time. Waits for a database that does not answer yet.

    Raises ``DatabaseMissing`` after ``wait_s``, ``UsageError`` when a newer version has been here.
    """
    from django.db.utils import OperationalError  # noqa: PLC0415 after setup

    until, told = time.monotonic() + wait_s, False
    while True:
        try:
            return _migrate(settings)
        except OperationalError as problem:
            said = str(problem).strip().splitlines()[0]
            if time.monotonic() > until:
                raise DatabaseMissing(f"The database does not answer: {said}") from None
            if not told:
                _log.warning("waiting for the database: %s", said)
            told = True
        time.sleep(1)


def _migrate(settings: ServerSettings) -> None:
    from django.core.management import call_command  # noqa: PLC0415 after setup

    from callwitness.services.running.locks import MIGRATE, lock  # noqa: PLC0415 after setup
    from callwitness.services.running.migrated import missing, newer  # noqa: PLC0415 after setup

    if unknown := newer():
        raise UsageError(
            f"The database was used by a newer Callwitness ({', '.join(unknown)}). Install that version again; nothing was changed."
        )
    if not missing():
        return
    alone = lock(MIGRATE, settings.data)
    while not alone.take():
        time.sleep(_WAIT_S)
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        alone.release()
