"""Finds every message of the screens: in templates by Django's own reader, in Python by its syntax tree."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.utils.translation.template import templatize

import callwitness

ROOT: Final = Path(callwitness.__file__).parent
_PLACES: Final = ("web", "services", "config")
_CALL: Final = re.compile(r"(?<![\w.])(_|n?p?gettext)\s*\(")
_KINDS: Final = frozenset({"gettext", "ngettext", "pgettext", "npgettext"})


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """What is said in English. context: '' mostly; plural: '' where there is no number."""

    text: str
    context: str = ""
    plural: str = ""


def found() -> dict[Message, set[str]]:
    """Messages of all screens and the files that say them, as paths below the package."""
    said: dict[Message, set[str]] = {}
    for path in _files():
        text = path.read_text(encoding="utf-8")
        messages = of_python(text) if path.suffix == ".py" else of_template(text)
        for message in messages:
            said.setdefault(message, set()).add(path.relative_to(ROOT).as_posix())
    return said


def _files() -> Iterator[Path]:
    for place in _PLACES:
        for path in sorted((ROOT / place).rglob("*")):
            inside = path.relative_to(ROOT).parts
            if "tests" in inside or "migrations" in inside or not path.is_file():
                continue
            if path.suffix == ".py" or "templates" in inside:
                yield path


def of_template(text: str) -> Iterator[Message]:
    """Messages of a Django template: translate, blocktranslate with plurals and contexts, ``_()`` in expressions."""
    pseudo = templatize(text)
    for match in _CALL.finditer(pseudo):
        call = ast.parse(_call_at(pseudo, match.start()).strip(), mode="eval").body
        kind = "gettext" if match[1] == "_" else match[1]
        if isinstance(call, ast.Call) and (message := _message(kind, call.args)):
            yield message


def of_python(text: str) -> Iterator[Message]:
    """Messages of a module that imports gettext functions of Django, under whichever names."""
    tree = ast.parse(text)
    names = dict(_imported(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            message = _message(names[node.func.id], node.args)
            if message:
                yield message


def _imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            for alias in node.names:
                kind = alias.name.removesuffix("_lazy").removesuffix("_noop")
                if kind in _KINDS:
                    yield alias.asname or alias.name, kind


def _message(kind: str, arguments: Iterable[ast.expr]) -> Message | None:
    """The message of a call; None where its text is no plain string: then it is said elsewhere."""
    texts = [
        each.value for each in arguments if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]
    context = texts.pop(0) if "p" in kind.removesuffix("gettext") and texts else ""
    if not texts:
        return None
    plural = texts[1] if kind in ("ngettext", "npgettext") and len(texts) > 1 else ""
    return Message(texts[0], context, plural)


def _call_at(text: str, start: int) -> str:
    """The source of the call that begins at ``start``, to its closing bracket."""
    depth = 0
    rest = text[start:]
    starts = [0]
    for line in rest.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for token in tokenize.generate_tokens(io.StringIO(rest).readline):
        depth += {"(": 1, ")": -1}.get(token.string, 0) if token.type == tokenize.OP else 0
        if token.string == ")" and depth == 0:
            return rest[: starts[token.end[0] - 1] + token.end[1]]
    raise ValueError(f"no end of {rest[:60]!r}")
