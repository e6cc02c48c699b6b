"""The source arguments of ``check``: ``ROLE[@NAME]=[ADAPTER:]PATH[?option=value&...]``."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from callwitness.domain.errors import UsageError

ROLES = ("provider", "office", "contractor")
_HEAD = re.compile(r"(?P<role>[a-z]+)(?:@(?P<name>[^=@:]+))?=(?P<rest>.+)", re.DOTALL)
_OPTIONS = re.compile(r"\?(?=[A-Za-z_]+=)")
_NAME = re.compile(r"[\w.-]+")


@dataclass(frozen=True, slots=True)
class SourceArgument:
    """One argument: which source it belongs to, who reads it, where it lies."""

    role: str
    name: str
    adapter: str | None
    path: str
    options: Mapping[str, str]
    text: str


def parse_source(text: str, adapters: Collection[str]) -> SourceArgument:
    """Read one argument. Raises ``UsageError`` with what was expected."""
    head = _HEAD.fullmatch(text)
    if head is None or head["role"] not in ROLES:
        raise UsageError(f"{text!r}: expected ROLE=PATH with ROLE one of {', '.join(ROLES)}")
    name = head["name"] or head["role"]
    if not _NAME.fullmatch(name):
        raise UsageError(f"{text!r}: a source's name has letters, digits, '.', '-' and '_' only")
    path, options = _split_options(head["rest"])
    adapter, path = _split_adapter(path, adapters)
    if not path:
        raise UsageError(f"{text!r}: no path after '='")
    return SourceArgument(head["role"], name, adapter, path, options, text)


def _split_options(rest: str) -> tuple[str, dict[str, str]]:
    """The path and the options that start at the last ``?key=``."""
    marks = list(_OPTIONS.finditer(rest))
    if not marks:
        return rest, {}
    begin = marks[-1].start()
    pairs = [pair.partition("=") for pair in rest[begin + 1 :].split("&") if pair]
    return rest[:begin], {key: unquote(value) for key, _, value in pairs}


def _split_adapter(path: str, adapters: Collection[str]) -> tuple[str | None, str]:
    """``ADAPTER:`` counts only if it is a registered kind; a single letter is a drive."""
    kind, colon, rest = path.partition(":")
    if colon and len(kind) > 1 and kind in adapters:
        return kind, rest
    return None, path


def readable(name: str) -> str:
    """A file's name as text that every file can carry: bytes that are no UTF-8 become U+FFFD."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def check_names(arguments: list[SourceArgument]) -> None:
    """One name has one role. Raises ``UsageError``."""
    roles: dict[str, str] = {}
    for argument in arguments:
        role = roles.setdefault(argument.name, argument.role)
        if role != argument.role:
            raise UsageError(f"source {argument.name!r} is given as {role} and as {argument.role}")
