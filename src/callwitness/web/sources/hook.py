"""The webhook of a source: its address, made new or withdrawn; its signing secret."""

from __future__ import annotations

import secrets
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from callwitness.domain.errors import UsageError
from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.services import audit
from callwitness.web.ui.door import screen
from callwitness.web.ui.visitor import address_of

ACTIONS: Final = ("new", "withdraw", "sign", "unsign")


@screen("edit_sources", methods=("POST",))
def hook(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """new: another address, the old one is closed; withdraw: none; sign: a new secret; unsign: none is asked for."""
    source = access.source(scope, pk)
    action = request.POST.get("action", "")
    if action not in ACTIONS:
        raise UsageError(_("There is no such thing to do with a webhook; nothing was changed."))
    said = change(source, action)
    audit.note(scope, request.user, f"source.hook_{action}", source.name, None, address_of(request))
    messages.success(request, said)
    return redirect("sources:one", scope.workspace.slug, source.pk)


def change(source: m.Source, action: str) -> str:
    """Do it; what to tell."""
    if action == "new":
        source.hook_token = secrets.token_urlsafe(24)
        said = _("The webhook has a new address; within seconds the old one is closed.")
    elif action == "withdraw":
        source.hook_token = None
        said = _("The webhook is withdrawn: within seconds nothing is taken at its address.")
    elif action == "sign":
        source.hook_secret = secrets.token_urlsafe(32)
        said = _("Bodies must be signed with the new secret from now on.")
    else:
        source.hook_secret = ""
        said = _("Bodies are taken without a signature from now on.")
    source.save(update_fields=["hook_token", "hook_secret"])
    return said
