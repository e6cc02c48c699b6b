"""What was noted while evidence was read, for one reader."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from callwitness.ledger import models as m
from callwitness.ledger.access import Scope

TABLE_READ: Final = "table_read"
"""How a table was understood is for the command line alone."""


def noted(
    evidence: m.Evidence, scope: Scope, quiet: Collection[str] = (TABLE_READ,)
) -> list[dict[str, object]]:
    """Codes with parameters. quiet: codes that are left out. What stood in a cell may be a number, as in an original."""
    hidden = {"example"} if scope.masks_numbers else set()
    return [
        {"code": code, "params": {name: value for name, value in params.items() if name not in hidden}}
        for code, params in evidence.notes
        if code not in quiet
    ]
