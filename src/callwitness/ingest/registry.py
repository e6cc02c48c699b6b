"""Finds adapters by folder, imports one only when it is used; others may come through an entry point.

A folder ``callwitness/adapters/<name>`` with ``manifest.toml`` and ``adapter.py`` (class ``Adapter``) is an
adapter. A package outside offers the same folder under the entry point group ``callwitness.adapters``.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import import_module, resources
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, cast

from callwitness.domain.errors import UsageError
from callwitness.ingest.contract import Adapter, Guess
from callwitness.ingest.kit.table_profile import DURATIONS, FIELDS

PACKAGE = "callwitness.adapters"
SURE = 0.8
"""A recogniser at least this sure knows the file by marks that no other kind has."""


@cache
def adapter_packages() -> dict[str, str]:
    """Adapter name to the package that holds it, by name."""
    found = {
        folder.name: f"{PACKAGE}.{folder.name}"
        for folder in resources.files(PACKAGE).iterdir()
        if folder.is_dir() and (folder / "manifest.toml").is_file()
    }
    found.update({point.name: point.value for point in entry_points(group=PACKAGE)})
    return dict(sorted(found.items()))


def add_folder(folder: Path) -> str:
    """Make the adapter in a folder known to this process, under the folder's name. Raises ``UsageError``."""
    folder = folder.resolve()
    if not (folder / "manifest.toml").is_file() or not (folder / "adapter.py").is_file():
        raise UsageError(f"{folder}: expected an adapter's folder, with manifest.toml and adapter.py")
    name = folder.name
    if name not in adapter_packages():
        import_module(PACKAGE).__path__.append(str(folder.parent))
        adapter_packages()[name] = f"{PACKAGE}.{name}"
    return name


@cache
def load_adapter(name: str) -> Adapter:
    """The adapter of that name. Raises ``UsageError`` naming the ones there are."""
    package = adapter_packages().get(name)
    if package is None:
        raise UsageError(f"no adapter called {name!r}; there are: {', '.join(adapter_packages())}")
    return cast(Adapter, import_module(f"{package}.adapter").Adapter())


@cache
def _manifest(name: str) -> dict[str, Any]:
    package = resources.files(adapter_packages()[name])
    return tomllib.loads(package.joinpath("manifest.toml").read_text(encoding="utf-8"))


@cache
def adapter_options(name: str) -> frozenset[str]:
    """The options an adapter takes in an argument, by its manifest; ``zone`` every one."""
    manifest = _manifest(name)
    columns = [*FIELDS, *(f"{each}_unit" for each in DURATIONS)] if manifest.get("column_options") else []
    return frozenset({"zone", *manifest.get("options", {}), *columns})


def adapter_titles() -> dict[str, str]:
    """Adapter name to what it reads, in words, by name."""
    return {name: str(_manifest(name)["title"]) for name in adapter_packages()}


def option_meanings(name: str) -> dict[str, str]:
    """The options of an adapter that its manifest explains, with the explanation."""
    return {key: str(meaning) for key, meaning in _manifest(name).get("options", {}).items()}


@cache
def _asked_last() -> frozenset[str]:
    """Adapters that read anything alike, by their manifests: asked when nobody knows the file by its marks."""
    return frozenset(name for name in adapter_packages() if _manifest(name).get("asked_last"))


def recognise(head: bytes, name: str) -> list[Guess]:
    """Who could read a file that begins like this: one guess when it is clear, several when it is not."""
    guesses: list[Guess] = []
    for kinds in (set(adapter_packages()) - _asked_last(), _asked_last()):
        for kind in sorted(kinds):
            guess = load_adapter(kind).recognise(head, name)
            if guess is not None:
                guesses.append(guess)
        sure = [guess for guess in guesses if guess.confidence >= SURE]
        if sure:
            return sure
    highest = max((guess.confidence for guess in guesses), default=0.0)
    return [guess for guess in guesses if guess.confidence == highest]
