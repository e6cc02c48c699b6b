"""A plugin of pytest: leaves the tests that use the database, and no others."""

from __future__ import annotations

import pytest

FIXTURES = frozenset({"db", "transactional_db", "cast"})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    others = [item for item in items if not _uses_database(item)]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if _uses_database(item)]


def _uses_database(item: pytest.Item) -> bool:
    fixtures = FIXTURES & set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(fixtures)
