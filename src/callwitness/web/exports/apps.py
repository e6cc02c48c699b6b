"""The Django app of exports: gives files the words of the screens."""

from __future__ import annotations

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """Templates under the label ``exports``."""

    name = "callwitness.web.exports"
    label = "exports"

    def ready(self) -> None:
        from callwitness.services.exports.exporting.words import give  # noqa: PLC0415 once apps are there
        from callwitness.web.exports.words import ScreenWords  # noqa: PLC0415 as above

        give(ScreenWords())
