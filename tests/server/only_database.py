"""A plugin of pytest: leaves the tests that use the database, and no others."""

from __future__ import annotations

import pytest
from django.db.backends.base.base import BaseDatabaseWrapper

FIXTURES = frozenset({"db", "transactional_db", "cast"})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    others = [item for item in items if not _uses_database(item)]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if _uses_database(item)]


@pytest.fixture(autouse=True)
def transaction_outlives_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of a request would close the connection that holds the test's own transaction."""
    close = BaseDatabaseWrapper.close_if_unusable_or_obsolete

    def unless_in_use(connection: BaseDatabaseWrapper) -> None:
        if not connection.in_atomic_block:
            close(connection)

    monkeypatch.setattr(BaseDatabaseWrapper, "close_if_unusable_or_obsolete", unless_in_use)


def _uses_database(item: pytest.Item) -> bool:
    fixtures = FIXTURES & set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(fixtures)
