"""Answers that every screen may give."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def refused(request: HttpRequest, sentence: str) -> HttpResponse:
    """A request nobody can mean: says why; nothing was changed. To htmx the sentence comes as a message of the page."""
    if not _is_part(request):
        return render(request, "ui/refused.html", {"sentence": sentence}, status=400)
    said = {"tone": "error", "sentence": sentence}
    answer = render(request, "ui/message.html", said, status=400)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#messages", "innerHTML"
    return answer


def whole_or_part(
    request: HttpRequest, whole: str, part: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """The template ``part`` for htmx, which swaps it in; ``whole`` for everybody else, also when history is restored."""
    answer = render(request, part if _is_part(request) else whole, context, status=status)
    answer["Vary"] = "HX-Request"
    return answer


def _is_part(request: HttpRequest) -> bool:
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.history_restore_request
