"""Addresses of this screen."""

from __future__ import annotations

from django.urls import URLPattern, path

from callwitness.web.lost import views

urlpatterns: list[URLPattern] = [
    path("", views.index, name="index"),
    path("figures/", views.figures, name="figures"),
    path("news/", views.news, name="news"),
    path("<slug:case>/", views.card, name="card"),
    path("<slug:case>/<slug:action>/", views.act, name="act"),
]
