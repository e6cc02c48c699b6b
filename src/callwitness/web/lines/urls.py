"""Addresses of this screen."""

from __future__ import annotations

from django.urls import URLPattern, path

from callwitness.web.lines import library, views

urlpatterns: list[URLPattern] = [
    path("", views.index, name="index"),
    path("new/", views.new, name="new"),
    path("library/", library.index, name="library"),
    path("library/<int:piece>/", library.change, name="piece"),
    path("library/<int:piece>/sound/", library.sound, name="sound"),
    path("<int:line>/", views.edit, name="line"),
    path("<int:line>/remove/", views.remove, name="remove"),
]
