"""The original lines of one witness: what the source really wrote, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Absent, Scope
from callwitness.services.arrivals.originals_of import original_text
from callwitness.web.call import seen
from callwitness.web.ui.door import screen

_MOST: Final = 60
_AT_ONCE: Final = 6
_SMALL: Final = 4 << 20
"""Evidence of so many bytes is read through at once; lines of larger files are read when somebody asks for one."""


@dataclass(frozen=True, slots=True)
class Line:
    """One record. text: its untouched line, None = not read yet, '' = cannot be had any more."""

    record: m.Record
    text: str | None


@screen("see_calls")
def witness(request: HttpRequest, scope: Scope, public_id: str, pk: int) -> HttpResponse:
    """A fragment: records of a witness with their originals. For whoever may see the insides of its source."""
    records = seen.records(_open(scope, public_id, pk), _MOST + 1)
    lines = [
        Line(record, original_text(record) if place < _AT_ONCE and record.evidence.size <= _SMALL else None)
        for place, record in enumerate(records[:_MOST])
    ]
    context = {"lines": lines, "cut": len(records) > _MOST, "pk": pk}
    return render(request, "call/witness.html", context)


@screen("see_calls")
def line(request: HttpRequest, scope: Scope, public_id: str, pk: int, record: int) -> HttpResponse:
    """A fragment: the original of one record of a witness."""
    for found in seen.records(_open(scope, public_id, pk), _MOST):
        if found.pk == record:
            return render(request, "call/line.html", {"text": original_text(found)})
    raise Absent


def _open(scope: Scope, public_id: str, pk: int) -> m.Witness:
    call = access.call(scope, public_id)
    found = access.one(m.Witness.objects.filter(call=call).select_related("source"), pk=pk)
    if scope.masks_numbers or not access.sees_inside(
        scope, found.source
    ):  # untouched lines hold whole numbers
        raise Absent
    return found
