"""Addresses of this screen."""

from __future__ import annotations

from django.urls import URLPattern, path

from callwitness.web.doubtful import views

urlpatterns: list[URLPattern] = [
    path("", views.index, name="index"),
    path("<int:recording>/", views.decide, name="decide"),
]
