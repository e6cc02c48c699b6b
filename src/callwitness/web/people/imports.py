"""A list of people from a spreadsheet."""

from __future__ import annotations

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from callwitness.ledger.access import Scope
from callwitness.services import audit
from callwitness.services.people.lists import LARGEST, NOT_TEXT, NOTHING, TOO_LARGE, TOO_MANY, UnusableList
from callwitness.services.people.people_list import NO_ACCOUNT, NO_NAME, TAKEN, PeopleTaken, take_people
from callwitness.web.ui.door import screen

WHY: dict[str, str | Promise] = {
    NO_NAME: _("There is no name in this row; it was left out."),
    TAKEN: _("Somebody else has this extension; the agent is there without it."),
    NO_ACCOUNT: _(
        "Nobody in this workspace signs in with this address; the agent is there without an account."
    ),
}
REFUSED: dict[str, str | Promise] = {
    TOO_LARGE: _("The file is larger than a list of people can be. Nothing was taken."),
    NOT_TEXT: _("This is no text table. Save the spreadsheet as CSV and try again. Nothing was taken."),
    TOO_MANY: _("The list has more than 5,000 rows. Nothing was taken; cut it into parts."),
    NOTHING: _("There are no rows in this file. Nothing was taken."),
}


@screen("edit_people", methods=("GET", "POST"))
def import_people(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Takes a list; says what came of it, row by row where something is wrong."""
    if request.method != "POST":
        return render(request, "people/import.html", {})
    file = request.FILES.get("list")
    try:
        taken = take_people(
            scope.workspace, file.read(LARGEST + 1) if file else b"", time.time_ns() // 1_000_000
        )
    except UnusableList as problem:
        return render(request, "people/import.html", {"refused": REFUSED[problem.code]}, status=400)
    audit.note(scope, request.user, "people.import", file.name or "" if file else "", _counts(taken))
    bad = [(row.line, WHY[row.code], row.value) for row in taken.bad]
    return render(request, "people/import.html", {"taken": taken, "bad": bad})


def _counts(taken: PeopleTaken) -> dict[str, int]:
    return {"made": taken.made, "changed": taken.changed, "bad": len(taken.bad)}
