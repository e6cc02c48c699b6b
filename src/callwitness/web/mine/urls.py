"""Addresses of this screen."""

from __future__ import annotations

from django.urls import URLPattern, path

from callwitness.web.mine import views

urlpatterns: list[URLPattern] = [path("", views.index, name="index")]
