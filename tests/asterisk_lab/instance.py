"""One Asterisk in the chroot, started on free loopback ports and always stopped by its own process id."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.asterisk_lab.chroot import LabUnavailable
from tests.asterisk_lab.configuration import Ports, write_configuration

FOLDERS = (
    "etc",
    "cache",
    "db",
    "keys/keys",
    "spool",
    "run",
    "log",
    "log/cdr-csv",
    "log/cel-custom",
    "log/cdr-custom",
)
START_S = 30.0
STOP_S = 10.0


@dataclass(frozen=True, slots=True)
class Instance:
    """A running exchange. ``home``: its folder on this machine; logs lie in ``home / "log"``."""

    role: str
    home: Path
    ports: Ports

    @property
    def log(self) -> Path:
        """Where it writes its CDR, CEL and queue log."""
        return self.home / "log"


@contextmanager
def running_pair(tree: Path, name: str) -> Iterator[tuple[Instance, Instance]]:
    """The office and the network, both up; both gone afterwards with everything they wrote."""
    office_ports, network_ports = _free_ports(20_000), _free_ports(20_400)
    base = tree / "srv" / name
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, base, ignore_errors=True)
        office = stack.enter_context(_running(tree, base, "office", office_ports, network_ports))
        network = stack.enter_context(_running(tree, base, "network", network_ports, office_ports))
        yield office, network


@contextmanager
def _running(tree: Path, base: Path, role: str, ports: Ports, peer: Ports) -> Iterator[Instance]:
    home = base / role
    for folder in FOLDERS:
        (home / folder).mkdir(parents=True, exist_ok=True)
    inside = f"/{home.relative_to(tree)}"
    write_configuration(tree, home, role, ports, peer)
    subprocess.run(["chroot", str(tree), "chown", "-R", "asterisk:asterisk", inside], check=True)
    process = _start(tree, home, inside)
    try:
        _wait_until_up(process, ports, home)
        yield Instance(role, home, ports)
    finally:
        _stop(process)


def _start(tree: Path, home: Path, inside: str) -> subprocess.Popen[bytes]:
    # setpriv: should this process be killed outright, the kernel stops the exchange with it.
    command = ["chroot", "--userspec=asterisk:asterisk", str(tree), "setpriv", "--pdeathsig", "KILL"]
    command += ["asterisk", "-f", "-C", f"{inside}/etc/asterisk.conf"]
    with (home / "console.log").open("wb") as console:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT)


def _wait_until_up(process: subprocess.Popen[bytes], ports: Ports, home: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        if _greets(ports.ami):
            return
        time.sleep(0.1)
    said = (home / "console.log").read_text(errors="replace").strip().splitlines()[-3:]
    raise LabUnavailable(f"Asterisk did not come up: {' | '.join(said)}")


def _greets(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            return connection.recv(16).startswith(b"Asterisk")
    except OSError:
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_ports(rtp_from: int) -> Ports:
    """Ports nobody holds now. RTP: a stretch that is free at its first ports."""
    for start in range(rtp_from, 60_000, 800):
        if all(_is_free(start + step) for step in range(8)):
            return Ports(_free(socket.SOCK_DGRAM), _free(socket.SOCK_STREAM), start, start + 390)
    raise LabUnavailable("no free UDP ports on loopback")


def _free(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
