"""The Django app of accounts."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts, under the label ``accounts``."""

    name = "callwitness.web.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from callwitness.web.accounts import noted  # noqa: PLC0415 needs the models, which load before this

        noted.connect()
