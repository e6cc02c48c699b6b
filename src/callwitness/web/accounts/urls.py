"""Addresses of accounts: the first page, the own profile, one-time links."""

from __future__ import annotations

from django.urls import URLPattern, path

from callwitness.web.accounts import choose, everywhere, first, home, invited, profile

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("choose/", choose.choose, name="choose"),
    path("profile/", profile.profile, name="profile"),
    path("sign-out-everywhere/", everywhere.everywhere, name="sign_out_everywhere"),
    path("first/<str:token>/", first.first, name="first"),
    path("invited/<str:token>/", invited.invited, name="invited"),
]
