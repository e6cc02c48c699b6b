"""Real database servers on sockets of their own, started for the tests and always stopped."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

WAIT_S = 60


def _user(name: str) -> str | None:
    """Whom the server runs as: neither agrees to run as root."""
    return name if os.geteuid() == 0 else None


def _folder(base: Path, user: str) -> Path:
    folder = base / user
    folder.mkdir(mode=0o755)
    for parent in (folder, base):
        if os.geteuid() == 0:
            shutil.chown(parent, user)
    return folder


@contextmanager
def mariadb(base: Path, setup: str) -> Iterator[Path]:
    """MariaDB with the setup's tables; gives the path of its socket. No TCP."""
    folder = _folder(base, "mysql")
    data, socket = folder / "data", folder / "socket"
    user = _user("mysql")
    subprocess.run(
        ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"],
        check=True, capture_output=True, user=user, group=user,
    )  # fmt: skip
    command = ["mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={socket}", "--skip-networking",
               f"--pid-file={folder / 'pid'}"]  # fmt: skip
    server = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=user, group=user
    )
    try:
        _until(socket.exists, server)
        subprocess.run(
            ["mariadb", "--no-defaults", f"--socket={socket}", "-u", "root"],
            input=setup,
            text=True,
            check=True,
        )
        yield socket
    finally:
        server.terminate()
        server.wait(WAIT_S)


class Postgres:
    """PostgreSQL on a socket of its own in ``folder``. No TCP. It can be stopped and started again."""

    def __init__(self, base: Path, *options: str) -> None:
        self._binaries = max(Path("/usr/lib/postgresql").glob("*/bin"))
        self.folder = _folder(base, "postgres")
        self._user = _user("postgres")
        self._options = options
        self._server: subprocess.Popen[bytes] | None = None
        subprocess.run(
            [self._binaries / "initdb", "-D", self.folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8"],
            check=True, capture_output=True, user=self._user, group=self._user,
        )  # fmt: skip

    def url(self, database: str) -> str:
        """A database of it, as the server's settings name one."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def start(self) -> None:
        """Run it; it answers when this returns."""
        command: list[str | Path] = [self._binaries / "postgres", "-D", self.folder / "data", "-k", self.folder, "-c",
                   "listen_addresses=", *self._options]  # fmt: skip
        self._server = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=self._user, group=self._user
        )
        _until(lambda: self._psql("select 1", check=False).returncode == 0, self._server)

    def stop(self) -> None:
        """End it at once for everybody who is connected."""
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(WAIT_S)
        self._server = None

    def run(self, statements: str) -> None:
        """Carry out statements of SQL."""
        self._psql(statements, check=True)

    def _psql(self, statements: str, *, check: bool) -> subprocess.CompletedProcess[str]:
        command: list[str | Path] = [
            self._binaries / "psql",
            "-h",
            self.folder,
            "-U",
            "postgres",
            "-v",
            "ON_ERROR_STOP=1",
            "-q",
        ]
        return subprocess.run(command, input=statements, text=True, check=check, capture_output=True)


@contextmanager
def postgresql(base: Path, setup: str) -> Iterator[Path]:
    """PostgreSQL with the setup's tables; gives the folder of its socket. No TCP."""
    server = Postgres(base)
    try:
        server.start()
        server.run(setup)
        yield server.folder
    finally:
        server.stop()


def _until(ready: Callable[[], bool], server: subprocess.Popen[bytes]) -> None:
    begun = time.monotonic()
    while not ready():
        if server.poll() is not None or time.monotonic() - begun > WAIT_S:
            raise RuntimeError(f"the database server of {getpass.getuser()} did not start")
        time.sleep(0.1)
