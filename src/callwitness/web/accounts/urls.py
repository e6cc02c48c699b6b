"""Addresses of accounts: the first page, the own profile, one-time links."""

from __future__ import annotations

from django.urls import URLPattern, path

from callwitness.web.accounts import choose, home, profile

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("choose/", choose.choose, name="choose"),
    path("profile/", profile.profile, name="profile"),
]
