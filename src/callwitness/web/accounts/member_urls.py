"""Addresses of a workspace's members, below its settings."""

from __future__ import annotations

from django.urls import URLPattern, path

from callwitness.web.accounts import invitations, members

app_name = "members"
urlpatterns: list[URLPattern] = [
    path("", members.members, name="index"),
    path("invite/", invitations.invite, name="invite"),
    path("invitations/<int:pk>/withdraw/", invitations.withdraw, name="withdraw"),
    path("<int:pk>/", members.member, name="member"),
    path("<int:pk>/remove/", members.remove, name="remove"),
    path("<int:pk>/password/", members.password, name="password"),
]
