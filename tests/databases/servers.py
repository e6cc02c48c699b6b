"""Real database servers on sockets of their own, started for the tests and always stopped."""

from __future__ import annotations

import getpass
import os
import shutil
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


@contextmanager
def postgresql(base: Path, setup: str) -> Iterator[Path]:
    """PostgreSQL with the setup's tables; gives the folder of its socket. No TCP."""
    binaries = max(Path("/usr/lib/postgresql").glob("*/bin"))
    folder = _folder(base, "postgres")
    user = _user("postgres")
    subprocess.run(
        [binaries / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8"],
        check=True, capture_output=True, user=user, group=user,
    )  # fmt: skip
    command = [
        str(binaries / "postgres"),
        "-D",
        str(folder / "data"),
        "-k",
        str(folder),
        "-c",
        "listen_addresses=",
    ]
    server = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=user, group=user
    )
    try:
        psql = [str(binaries / "psql"), "-h", str(folder), "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-q"]
        _until(
            lambda: (
                subprocess.run([*psql, "-c", "select 1"], capture_output=True, check=False).returncode == 0
            ),
            server,
        )
        subprocess.run(psql, input=setup, text=True, check=True, capture_output=True)
        yield folder
    finally:
        server.terminate()
        server.wait(WAIT_S)


def _until(ready: Callable[[], bool], server: subprocess.Popen[bytes]) -> None:
    begun = time.monotonic()
    while not ready():
        if server.poll() is not None or time.monotonic() - begun > WAIT_S:
            raise RuntimeError(f"the database server of {getpass.getuser()} did not start")
        time.sleep(0.1)
