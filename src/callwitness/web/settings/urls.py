"""Addresses of this screen."""

from __future__ import annotations

from django.urls import URLPattern, path

from callwitness.web.settings import audit, general, rules, speech

urlpatterns: list[URLPattern] = [
    path("", general.index, name="index"),
    path("rules/", rules.rules, name="rules"),
    path("speech/", speech.speech, name="speech"),
    path("audit/", audit.audit, name="audit"),
]
