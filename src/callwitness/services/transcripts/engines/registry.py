"""Which engines there are. One from outside comes through an entry point of the group ``callwitness.engines``.

An entry point names a function that takes ``EngineOptions`` and gives an ``audio.words.engine.Engine``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Final, TypeAlias, cast

from callwitness.audio.words.engine import Engine
from callwitness.domain.errors import UsageError

GROUP: Final = "callwitness.engines"
LANGUAGES: Final[Mapping[str, str]] = {"en": "en-US", "ru": "ru-RU", "uk": "uk-UA"}
"""Languages that are asked for, as Google names them."""
_OWN: Final = {
    "google": f"{__package__}.google:make",
    "openai": f"{__package__}.openai:make",
    "whisper": f"{__package__}.whisper:make",
}


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What an engine may need. model: a folder or package for whisper, else the service's name for it.

    url: where the service is; project: of Google Cloud, ``name`` or ``name/location``; beam: 1 is quickest, 5 most
    careful; allowed: hosts (``name`` or ``name:port``) of our own network that may be reached.
    """

    model: str = ""
    url: str = ""
    project: str = ""
    key: str = field(default="", repr=False)
    beam: int = 5
    allowed: Collection[str] = ()


Maker: TypeAlias = Callable[[EngineOptions], Engine]


@cache
def engine_names() -> tuple[str, ...]:
    """Names of all engines, sorted."""
    return tuple(sorted(_places()))


def make_engine(name: str, options: EngineOptions) -> Engine:
    """The engine of that name, ready to hear. Raises ``UsageError`` saying what is missing."""
    place = _places().get(name)
    if place is None:
        raise UsageError(f"no engine called {name!r}; there are: {', '.join(engine_names())}")
    module, _, maker = place.partition(":")
    return cast(Maker, getattr(import_module(module), maker))(options)


def _places() -> dict[str, str]:
    return {point.name: point.value for point in entry_points(group=GROUP)} | _OWN
