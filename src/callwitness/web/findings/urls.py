"""Addresses of this screen."""

from __future__ import annotations

from django.urls import URLPattern, path

from callwitness.web.findings import views

urlpatterns: list[URLPattern] = [
    path("", views.index, name="index"),
    path("note/", views.note, name="note"),
    path("<str:key>/", views.finding, name="finding"),
]
