"""How allauth behaves here: nobody signs up by himself, mails go the way of all others."""

from __future__ import annotations

import secrets
import time
from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from callwitness.services import mails

_LEFT_UNSAID: Final = frozenset({"account/messages/logged_in.txt", "account/messages/logged_out.txt"})


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Accounts are made by invitation only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Kept in the ledger and sent by the worker: no page waits for a mail server."""
        message = self.render_mail(template_prefix, email, {**context, "site_name": "Callwitness"})
        letter = mails.Letter(
            f"account:{secrets.token_hex(12)}", email, str(message.subject), str(message.body)
        )
        mails.queue([letter], int(time.time() * 1000))

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """What allauth tells, but for "successfully signed in": that is seen by looking."""
        if message_template not in _LEFT_UNSAID:
            super().add_message(request, level, message_template, *args, **kwargs)
