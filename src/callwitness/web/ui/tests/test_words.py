"""Every action that anybody notes in the audit has a word."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from callwitness.web.ui.messages import ROOT
from callwitness.web.ui.words import OWN


def noted() -> Iterator[tuple[str, str]]:
    """Actions as literals of calls of services.audit.note, and the files that make them."""
    for path in sorted((*(ROOT / "web").rglob("*.py"), *(ROOT / "services").rglob("*.py"))):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("note", "audit.note"):
                for each in node.args[2:3]:
                    if isinstance(each, ast.Constant) and isinstance(each.value, str):
                        yield each.value, path.relative_to(ROOT).as_posix()


def test_every_noted_action_has_a_word() -> None:
    assert {action: file for action, file in noted() if action not in OWN["action"]} == {}
