"""Every message that the page can say, read from the code and the templates."""

from __future__ import annotations

import ast
from pathlib import Path

from jinja2 import Environment
from jinja2.ext import extract_from_ast

PACKAGE = Path(__file__).parent.parent
_SINGLE, _PLURAL = {"_", "gettext"}, {"n_", "ngettext"}


def all_messages() -> set[tuple[str, ...]]:
    """(message,) or (singular, plural)."""
    return _in_templates() | _in_code()


def _in_templates() -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    environment = Environment(autoescape=True)
    for path in PACKAGE.glob("templates/**/*.j2"):
        tree = environment.parse(path.read_text(encoding="utf-8"))
        for _, function, message in extract_from_ast(tree, gettext_functions=("_", "n_"), babel_style=False):
            texts = message if isinstance(message, tuple) else (message,)
            wanted = texts[:2] if function in _PLURAL else texts[:1]
            found.add(tuple(text for text in wanted if text is not None))
    return found


def _in_code() -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for path in {*PACKAGE.glob("*.py"), *PACKAGE.glob("listening/*.py")}:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                wanted = 2 if name in _PLURAL else 1 if name in _SINGLE else 0
                texts = [
                    argument.value for argument in node.args[:wanted] if isinstance(argument, ast.Constant)
                ]
                if wanted and len(texts) == wanted:
                    found.add(tuple(str(text) for text in texts))
    return found
