"""A Debian sid tree with Asterisk 22 in it, built once and kept in the user's cache.

The tree is used by ``chroot`` only: no mounts, no daemons of its own, nothing of it runs outside the lab.
The mirror is the one that this machine's apt already uses.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MAJOR = 22
SUITE = "sid"
# espeak-ng and the sounds in other languages are the people who talk in recorded calls (voices.py).
SOUNDS = tuple(f"asterisk-core-sounds-{language}-wav" for language in ("en", "es", "fr", "it", "ru"))
PACKAGES = ("asterisk", *SOUNDS, "asterisk-moh-opsound-wav", "espeak-ng", "tzdata")
ZONE = "Europe/Moscow"
# No name service: Asterisk asks for this machine's name at calls, and an unanswered question holds it for 5 s.
NAMES = "passwd: files\ngroup: files\nhosts: files\n"
# Directories of the package that its own service would own; here Asterisk starts as its user at once.
OWNED = ("var/lib/asterisk", "var/log/asterisk", "var/spool/asterisk", "run/asterisk")


class LabUnavailable(Exception):
    """The lab cannot run here; the text says what to install or change, in one line."""


def cache_root() -> Path:
    """Where built trees are kept: ``$CALLWITNESS_CACHE`` or ``~/.cache/callwitness``."""
    given = os.environ.get("CALLWITNESS_CACHE")
    return Path(given) if given else Path.home() / ".cache" / "callwitness"


def ready_chroot() -> Path:
    """The tree, built now if it is not in the cache. Raises ``LabUnavailable``."""
    if os.geteuid() != 0:
        raise LabUnavailable("the Asterisk lab needs root (chroot): run the tests as root or with SYSTEM=no")
    home = cache_root()
    home.mkdir(parents=True, exist_ok=True)
    tree = home / f"asterisk-{MAJOR}"
    with _locked(home / f"asterisk-{MAJOR}.lock"):
        if not _is_current(tree):
            _build(tree)
    return tree


def exact_version(tree: Path) -> str:
    """Asterisk's own version, for example ``22.10.1``. Raises ``LabUnavailable`` for another major version."""
    said = _run(["chroot", str(tree), "asterisk", "-V"]).split()
    version = said[1].split("+")[0] if len(said) > 1 else "none"
    if version.split(".")[0] != str(MAJOR):
        raise LabUnavailable(f"the lab needs Asterisk {MAJOR}, the mirror carries {version}")
    return version


def _recipe() -> str:
    """What the tree is made from; another recipe makes another tree."""
    return hashlib.sha256(repr((SUITE, PACKAGES, ZONE, NAMES, OWNED)).encode()).hexdigest()


def _is_current(tree: Path) -> bool:
    stamp = tree / "lab-recipe"
    return stamp.is_file() and stamp.read_text() == _recipe()


def _build(tree: Path) -> None:
    if shutil.which("debootstrap") is None:
        raise LabUnavailable("the Asterisk lab needs debootstrap: apt-get install debootstrap")
    mirror = _mirror()
    unfinished = tree.with_name(tree.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.rmtree(tree, ignore_errors=True)
    # A mount namespace of its own: whatever debootstrap mounts inside is gone when it ends.
    _run(["unshare", "--mount", "debootstrap", "--variant=minbase", SUITE, str(unfinished), mirror])
    _forbid_services(unfinished)
    install = ["apt-get", "install", "-y", "--no-install-recommends", *PACKAGES]
    _run(["chroot", str(unfinished), "env", "DEBIAN_FRONTEND=noninteractive", *install])
    _run(["chroot", str(unfinished), "apt-get", "clean"])
    _run(["chroot", str(unfinished), "ln", "-sf", f"/usr/share/zoneinfo/{ZONE}", "/etc/localtime"])
    (unfinished / "etc/nsswitch.conf").write_text(NAMES)
    for name in OWNED:
        (unfinished / name).mkdir(parents=True, exist_ok=True)
        _run(["chroot", str(unfinished), "chown", "-R", "asterisk:asterisk", f"/{name}"])
    exact_version(unfinished)
    (unfinished / "lab-recipe").write_text(_recipe())
    unfinished.rename(tree)


def _mirror() -> str:
    """Address of the Debian archive in this machine's own apt configuration."""
    if shutil.which("apt-get") is None:
        raise LabUnavailable("the Asterisk lab needs Debian (apt-get, debootstrap): run with SYSTEM=no")
    listed = _run(["apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)", "Created-By: Packages"])
    for line in listed.splitlines():
        label, _, address = line.partition(" ")
        if label == "Debian":
            return address
    raise LabUnavailable("no Debian archive in apt's sources: run apt-get update, or SYSTEM=no")


def _forbid_services(tree: Path) -> None:
    policy = tree / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise LabUnavailable(f"{' '.join(command[:4])} ... failed: {' '.join(last)}")
    return done.stdout
