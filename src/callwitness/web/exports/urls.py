"""Addresses of this screen."""

from __future__ import annotations

from django.urls import URLPattern, path

from callwitness.web.exports.edit import add, delete, edit, send
from callwitness.web.exports.file import file
from callwitness.web.exports.index import index

urlpatterns: list[URLPattern] = [
    path("", index, name="index"),
    path("add/", add, name="add"),
    path("<int:pk>/", edit, name="edit"),
    path("<int:pk>/delete/", delete, name="delete"),
    path("<int:pk>/send/", send, name="send"),
    path("file/<int:pk>/", file, name="file"),
]
