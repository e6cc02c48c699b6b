"""The Django app of the ledger."""

from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Everything that is kept, under the label ``ledger``."""

    name = "callwitness.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
