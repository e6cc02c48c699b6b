"""Reading kept evidence again, with today's adapter and settings; setting aside what came by mistake."""

from __future__ import annotations

import time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from callwitness.domain.errors import UsageError
from callwitness.ledger import access
from callwitness.ledger.access import Scope
from callwitness.services import audit
from callwitness.services.arrivals import replays
from callwitness.web.ui.door import screen
from callwitness.web.ui.visitor import address_of


@screen("edit_sources", methods=("POST",))
def replay_source(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """All evidence of a source."""
    source = access.source(scope, pk)
    count = replays.replay(source)
    audit.note(scope, request.user, "source.replay", source.name, {"evidence": count}, address_of(request))
    said = ngettext("{n} file will be read again.", "{n} files will be read again.", count).format(n=count)
    messages.success(request, f"{said} " + _("What was read before stays until then."))
    return redirect("sources:one", scope.workspace.slug, source.pk)


@screen("edit_sources", methods=("POST",))
def replay_evidence(request: HttpRequest, scope: Scope, pk: int, evidence: int) -> HttpResponse:
    """One piece of evidence."""
    source = access.source(scope, pk)
    found = access.one(access.evidence(scope, source), pk=evidence)
    replays.replay(found)
    audit.note(scope, request.user, "source.replay", source.name, {"file": found.name}, address_of(request))
    messages.success(request, _("{file} will be read again.").format(file=found.name))
    return redirect("sources:one", scope.workspace.slug, source.pk)


@screen("edit_sources", methods=("POST",))
def set_aside(request: HttpRequest, scope: Scope, pk: int, evidence: int) -> HttpResponse:
    """A piece of evidence that came by mistake."""
    source = access.source(scope, pk)
    found = access.one(access.evidence(scope, source), pk=evidence)
    if not replays.set_aside(found, int(time.time() * 1000)):
        raise UsageError(_("This file is not read, or just being read again; nothing was changed."))
    audit.note(
        scope, request.user, "source.set_aside", source.name, {"file": found.name}, address_of(request)
    )
    said = _("{file} is set aside: its records do not count any more. “Read again” brings them back.")
    messages.success(request, said.format(file=found.name))
    return redirect("sources:one", scope.workspace.slug, source.pk)
