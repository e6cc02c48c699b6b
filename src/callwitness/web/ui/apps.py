"""The Django app of the shared page."""

from __future__ import annotations

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Templates, static files and tags under the label ``ui``."""

    name = "callwitness.web.ui"
    label = "ui"
