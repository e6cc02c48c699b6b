"""The original lines of one witness: what the source really wrote, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from callwitness.domain.errors import CallwitnessError
from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Absent, Scope
from callwitness.web.call import seen
from callwitness.web.ui.door import screen

_MOST: Final = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One record with its untouched text. problem: why there is none."""

    record: m.Record
    text: str
    problem: str = ""


@screen("see_calls")
def witness(request: HttpRequest, scope: Scope, public_id: str, pk: int) -> HttpResponse:
    """A fragment: records of a witness with their originals. For whoever may see the insides of its source."""
    call = access.call(scope, public_id)
    rows = m.Witness.objects.filter(call=call).select_related("source")
    found = access.one(rows, pk=pk)
    if not access.sees_inside(scope, found.source):
        raise Absent
    records = seen.records(found, _MOST + 1)
    lines = [_line(record) for record in records[:_MOST]]
    return render(
        request, "call/witness.html", {"lines": lines, "cut": len(records) > _MOST, "witness": found}
    )


def _line(record: m.Record) -> Line:
    from callwitness.services.originals_of import original_text  # noqa: PLC0415 until it is there

    try:
        return Line(record, original_text(record))
    except (CallwitnessError, OSError) as problem:
        return Line(record, "", str(problem))
