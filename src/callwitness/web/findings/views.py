"""Findings: which there are, one of them, and what people say about them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from callwitness.domain.errors import UsageError
from callwitness.domain.view import PERIODS
from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.services import finding_notes
from callwitness.services.arrivals.originals_of import original_text
from callwitness.web.findings.filters import CHOICES, filters_of
from callwitness.web.ui import words
from callwitness.web.ui.door import screen, zone_of
from callwitness.web.ui.finding_sentences import said

PAGE: Final = 50
_AT_ONCE: Final = 500
_LONGEST_QUERY: Final = 1000
_SMALL: Final = 4 << 20


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many findings of a kind the filters leave, as a sentence with the address that shows them alone."""

    kind: str
    count: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a finding: who says what, and the row of evidence that proves it where the reader may see it.

    original: its untouched line; '' where it cannot be had, or would show numbers that are masked for the reader.
    """

    source: str
    value: str
    record: m.Record | None
    original: str


@screen("see_findings")
def index(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The findings that the address asks for, newest first, with a sentence a kind."""
    filters, zone, now = filters_of(request.GET), zone_of(scope), _now()
    found = filters.of(access.findings(scope), zone, now)
    kinds = _kinds(found)
    page = Paginator(found.select_related("call").order_by("-at", "-id"), PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "filters": filters,
        "page": page,
        "kinds": kinds,
        "total": sum(kind.count for kind in kinds),
        "menus": _menus(),
        "sources": _sources(scope),
        "periods": PERIODS,
        "query": request.GET.urlencode(),
        "may_note": scope.may("note_findings"),
    }
    return render(request, "findings/index.html", context)


@screen("see_findings")
def finding(request: HttpRequest, scope: Scope, key: str) -> HttpResponse:
    """One finding: both sides with their rows of evidence, the reasons, and what people said."""
    found = access.finding(scope, key)
    context = {
        "finding": found,
        "sides": _sides(scope, found),
        "notes": finding_notes.notes_of(scope.workspace, [key]).get(key, []),
        "may_note": scope.may("note_findings"),
        "states": finding_notes.STATES,
    }
    return render(request, "findings/finding.html", context)


@screen("note_findings", methods=("POST",))
def note(request: HttpRequest, scope: Scope) -> HttpResponseBase:
    """A state and a text for one finding or all that were selected."""
    keys = request.POST.getlist("key")
    state = request.POST.get("state", "")
    if state not in finding_notes.STATES:
        raise UsageError(f"state: expected one of {', '.join(finding_notes.STATES)}")
    if len(keys) > _AT_ONCE:
        raise UsageError(f"{_AT_ONCE} findings at once at most")
    own = list(access.findings(scope).filter(key__in=keys).values_list("key", flat=True))
    if keys and not own:
        raise access.Absent
    changed = finding_notes.note(
        scope.workspace, own, scope.user, state, request.POST.get("text", ""), _now()
    )
    _tell(request, changed, state)
    back = request.POST.get("back", "")
    if back == "finding" and own:
        return redirect(reverse("findings:finding", args=[scope.workspace.slug, own[0]]))
    query = urlencode(QueryDict(back[:_LONGEST_QUERY]).dict())
    return redirect(reverse("findings:index", args=[scope.workspace.slug]) + (f"?{query}" if query else ""))


def _tell(request: HttpRequest, changed: int, state: str) -> None:
    if not changed:
        messages.warning(request, _("Nothing was selected, or nothing was to be changed."))
        return
    sentence = ngettext("{n} finding: {state}.", "{n} findings: {state}.", changed)
    messages.success(request, sentence.format(n=changed, state=words.word("finding_state", state)))


def _kinds(found: QuerySet[m.Finding]) -> list[KindCount]:
    """Sentences, the most severe kinds first as the vocabulary lists them."""
    counts = dict(found.order_by().values_list("kind").annotate(n=Count("id")))
    order = [
        *(kind for kind in CHOICES["kind"] if kind in counts),
        *sorted(set(counts) - set(CHOICES["kind"])),
    ]
    return [KindCount(kind, counts[kind], said(kind, counts[kind])) for kind in order]


def _menus() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Name, label and choices of the filters that are words."""
    bears = [(code, words.word("source_role", code)) for code in CHOICES["bears"]]
    states = [*words.words("finding_state"), ("all", _("any state"))]
    return [
        ("kind", _("Kind"), words.words("finding")),
        ("severity", _("Severity"), words.words("severity")),
        ("bears", _("Who bears it"), bears),
        ("state", _("State"), states),
    ]


def _sources(scope: Scope) -> list[str]:
    if not scope.may("see_sources"):
        return []
    return list(access.sources(scope).order_by("name").values_list("name", flat=True))


def _sides(scope: Scope, found: m.Finding) -> list[Side]:
    sources = {source.name: source for source in m.Source.objects.filter(workspace=scope.workspace)}
    sides = []
    for name, value, record in (
        (found.left_source, found.left_value, found.left_record),
        (found.right_source, found.right_value, found.right_record),
    ):
        source = sources.get(name)
        row = None
        if source is not None and record and access.sees_inside(scope, source):
            records = m.Record.objects.filter(source=source, record_id=record)
            row = records.select_related("evidence", "source").first()
        if name or value:
            sides.append(Side(name, value, row, _original(scope, row)))
    return sides


def _original(scope: Scope, row: m.Record | None) -> str:
    """Large evidence is not read through for one line of a page: the call's own page shows it when asked."""
    if row is None or scope.masks_numbers or row.evidence.size > _SMALL:
        return ""
    return original_text(row)


def _now() -> int:
    return time.time_ns() // 1_000_000
