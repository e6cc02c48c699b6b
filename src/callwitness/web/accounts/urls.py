"""Addresses of accounts: the first page, the own profile, one-time links, members of a workspace."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from callwitness.web.accounts import choose, everywhere, first, home, invited, profile

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("choose/", choose.choose, name="choose"),
    path("profile/", profile.profile, name="profile"),
    path("sign-out-everywhere/", everywhere.everywhere, name="sign_out_everywhere"),
    path("first/<str:token>/", first.first, name="first"),
    path("invited/<str:token>/", invited.invited, name="invited"),
    path("w/<slug:workspace>/settings/members/", include("callwitness.web.accounts.member_urls")),
]
