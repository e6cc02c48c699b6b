"""Addresses of this screen."""

from __future__ import annotations

from django.urls import URLPattern, path

from callwitness.web.calls.change import change
from callwitness.web.calls.export import export
from callwitness.web.calls.groups import group, groups
from callwitness.web.calls.index import index
from callwitness.web.calls.news import news
from callwitness.web.calls.saved import delete, edit, save
from callwitness.web.calls.totals import totals
from callwitness.web.calls.values import values

urlpatterns: list[URLPattern] = [
    path("", index, name="index"),
    path("totals/", totals, name="totals"),
    path("news/", news, name="news"),
    path("groups/", groups, name="groups"),
    path("group/", group, name="group"),
    path("values/", values, name="values"),
    path("change/", change, name="change"),
    path("export/", export, name="export"),
    path("views/save/", save, name="save"),
    path("views/<int:pk>/", edit, name="edit"),
    path("views/<int:pk>/delete/", delete, name="delete"),
]
