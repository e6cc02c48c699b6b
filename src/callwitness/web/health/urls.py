"""Addresses of this screen."""

from __future__ import annotations

from django.urls import URLPattern, path

from callwitness.web.health.views import health, metrics

urlpatterns: list[URLPattern] = [
    path("health/", health, name="health"),
    path("metrics", metrics, name="metrics"),
]
