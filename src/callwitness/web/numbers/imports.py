"""A list of numbers from a spreadsheet."""

from __future__ import annotations

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from callwitness.ledger.access import Scope
from callwitness.services import audit
from callwitness.services.people.lists import LARGEST, NOT_TEXT, NOTHING, TOO_LARGE, TOO_MANY, UnusableList
from callwitness.services.people.number_list import NO_KIND, NO_NUMBER, NO_PROJECT, take_numbers
from callwitness.web.ui.door import screen

WHY: dict[str, str | Promise] = {
    NO_NUMBER: _("This is no telephone number; the row was left out."),
    NO_KIND: _("A number is own, test or blocked; the row was left out."),
    NO_PROJECT: _("There is no project of this name; the row was left out."),
}
REFUSED: dict[str, str | Promise] = {
    TOO_LARGE: _("The file is larger than a list of numbers can be. Nothing was taken."),
    NOT_TEXT: _("This is no text table. Save the spreadsheet as CSV and try again. Nothing was taken."),
    TOO_MANY: _("The list has more than 5,000 rows. Nothing was taken; cut it into parts."),
    NOTHING: _("There are no rows in this file. Nothing was taken."),
}


@screen("edit_numbers", methods=("GET", "POST"))
def import_numbers(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Takes a list; says what came of it, row by row where something is wrong."""
    if request.method != "POST":
        return render(request, "numbers/import.html", {})
    file = request.FILES.get("list")
    try:
        taken = take_numbers(
            scope.workspace, file.read(LARGEST + 1) if file else b"", time.time_ns() // 1_000_000
        )
    except UnusableList as problem:
        return render(request, "numbers/import.html", {"refused": REFUSED[problem.code]}, status=400)
    counts = {"made": taken.made, "changed": taken.changed, "bad": len(taken.bad)}
    audit.note(scope, request.user, "numbers.import", file.name or "" if file else "", counts)
    bad = [(row.line, WHY[row.code], row.value) for row in taken.bad]
    return render(request, "numbers/import.html", {"taken": taken, "bad": bad})
