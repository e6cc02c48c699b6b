"""Values of a query. Its text names them only."""

from __future__ import annotations

from collections.abc import Iterable


class Parameters:
    """Collects values and gives the name by which the query's text speaks of each."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {}

    def put(self, value: object) -> str:
        """Keep a value; its name in the text."""
        name = f"p{len(self.values)}"
        self.values[name] = _readable(value)
        return f"${name}"

    def each(self, values: Iterable[object]) -> str:
        """Keep several values; their names, with commas."""
        return ", ".join(self.put(value) for value in values)


def _readable(value: object) -> object:
    """Half a surrogate pair is no text for the engine; it can equal nothing that is kept either."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
