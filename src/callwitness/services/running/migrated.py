"""Whether the tables of the database are those this version works with."""

from __future__ import annotations

from typing import Final

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

_OURS: Final = ("ledger", "accounts")


def missing() -> list[str]:
    """Migrations that are still to be applied, as ``app.name``."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def newer() -> list[str]:
    """Applied migrations of ours that this version does not know: a newer one has used the database."""
    loader = MigrationExecutor(connection).loader
    return sorted(
        f"{app}.{name}"
        for app, name in loader.applied_migrations
        if app in _OURS and (app, name) not in loader.disk_migrations
    )
