"""Answers that every screen may give."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def refused(request: HttpRequest, sentence: str) -> HttpResponse:
    """A request nobody can mean: says why; nothing was changed."""
    return render(request, "ui/refused.html", {"sentence": sentence}, status=400)
