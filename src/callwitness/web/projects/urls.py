"""Addresses of this screen."""

from __future__ import annotations

from django.urls import URLPattern, path

from callwitness.web.projects import views

urlpatterns: list[URLPattern] = [
    path("", views.index, name="index"),
    path("new/", views.new, name="new"),
    path("<int:project>/", views.edit, name="project"),
    path("<int:project>/remove/", views.remove, name="remove"),
]
