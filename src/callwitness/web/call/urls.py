"""Addresses of this screen."""

from __future__ import annotations

from django.urls import URLPattern, path

from callwitness.web.call.comment import comment
from callwitness.web.call.index import index
from callwitness.web.call.listen import download, recording
from callwitness.web.call.others import others
from callwitness.web.call.witness import line, witness
from callwitness.web.call.words import words

urlpatterns: list[URLPattern] = [
    path("<str:public_id>/", index, name="index"),
    path("<str:public_id>/others/", others, name="others"),
    path("<str:public_id>/witness/<int:pk>/", witness, name="witness"),
    path("<str:public_id>/witness/<int:pk>/line/<int:record>/", line, name="line"),
    path("<str:public_id>/comment/", comment, name="comment"),
    path("<str:public_id>/recording/<int:pk>/", recording, name="recording"),
    path("<str:public_id>/recording/<int:pk>/download/", download, name="download"),
    path("<str:public_id>/recording/<int:pk>/words/", words, name="words"),
]
