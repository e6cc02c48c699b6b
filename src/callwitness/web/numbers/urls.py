"""Addresses of this screen."""

from __future__ import annotations

from django.urls import URLPattern, path

from callwitness.web.numbers import edit, imports, index

urlpatterns: list[URLPattern] = [
    path("", index.index, name="index"),
    path("adopt/", index.adopt, name="adopt"),
    path("import/", imports.import_numbers, name="import"),
    path("new/", edit.new, name="new"),
    path("<int:number>/", edit.edit, name="number"),
    path("<int:number>/remove/", edit.remove, name="remove"),
]
