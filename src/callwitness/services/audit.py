"""Who did and who saw what: one row for every listening, export, change and sign-in (DOMAIN: access and privacy)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from callwitness.ledger import models as m
from callwitness.ledger.access import Scope

_LONGEST_WHAT = 200


def note(
    where: Scope | m.Workspace | None,
    user: Any,
    action: str,
    what: str = "",
    details: Mapping[str, Any] | None = None,
    address: str = "",
) -> None:
    """Adds one row. where: the workspace it concerns, None = the whole server; details: plain values only.

    action: ``listen``, ``download``, ``export``, ``sign_in``, ``member.change``, ``source.change``, ... (docs: settings).
    what: the thing, as people name it: an id of a call, a name of a view, an address.
    """
    workspace = where.workspace if isinstance(where, Scope) else where
    m.Audit.objects.create(
        workspace=workspace,
        user=user if getattr(user, "pk", None) else None,
        at=int(time.time() * 1000),
        action=action,
        what=what[:_LONGEST_WHAT],
        details=dict(details or {}),
        address=address,
    )
