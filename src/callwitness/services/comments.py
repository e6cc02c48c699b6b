"""Comments on calls: who is mentioned is told by mail, when he may see the call and the comment."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from callwitness.domain.errors import UsageError
from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.services import mails

LONGEST: Final = 4000
_MOST_MENTIONS: Final = 20


@dataclass(frozen=True, slots=True)
class Mentionable:
    """Somebody who can be mentioned, by ``@name``."""

    user: Any
    name: str


def mentionable(scope: Scope) -> list[Mentionable]:
    """Members this reader may name: everybody, for a marketer those of the own side."""
    members = m.Membership.objects.filter(workspace=scope.workspace).select_related("user")
    if scope.party is not None:
        members = members.filter(party=scope.party)
    people = [Mentionable(member.user, _name(member.user)) for member in members if member.user.is_active]
    return sorted(people, key=lambda person: person.name.lower())


def add(scope: Scope, call: m.Call, text: str, *, own_side: bool, now: int) -> m.Comment:
    """Keep a comment and tell whom it mentions. own_side: for the writer's party alone.

    Raises ``UsageError`` for an empty or too long text, ``Absent`` without the right.
    """
    scope.need("comment")
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise UsageError(_("A comment has 1 to {most} letters.").format(most=LONGEST))
    party = scope.party if own_side else None
    with transaction.atomic():
        comment = m.Comment.objects.create(
            call=call,
            anchor_source_id=call.anchor_source_id,
            anchor_native_id=call.anchor_native_id,
            author=scope.user,
            party=party,
            text=text,
            at=now,
        )
        told = [person for person in mentioned(text, mentionable(scope)) if _sees(person, scope, call)]
        comment.mentions.set([person.user for person in told])
        mails.queue(
            [_letter(person, scope, call, comment) for person in told if person.user != scope.user], now
        )
    return comment


def mentioned(text: str, people: Iterable[Mentionable]) -> list[Mentionable]:
    """Those whose name stands in the text after an @, the longest name first: @Anna Maria is not @Anna."""
    found: list[Mentionable] = []
    for person in sorted(people, key=lambda each: -len(each.name)):
        spot = re.compile(rf"(?<!\w)@{re.escape(person.name)}(?!\w)", re.IGNORECASE)
        if spot.search(text):
            text = spot.sub(" ", text)
            found.append(person)
    return found[:_MOST_MENTIONS]


def _name(user: Any) -> str:
    return str(user.name or user.email.partition("@")[0])


def _sees(person: Mentionable, scope: Scope, call: m.Call) -> bool:
    try:
        access.call(access.scope_of(person.user, scope.workspace.slug), call.public_id)
    except access.Absent:
        return False
    return True


def _letter(person: Mentionable, scope: Scope, call: m.Call, comment: m.Comment) -> mails.Letter:
    language = person.user.language or scope.workspace.language
    url = f"{settings.SERVER.url}/w/{scope.workspace.slug}/call/{call.public_id}/#comments"
    with translation.override(language):
        return mails.Letter(
            key=f"mention-{comment.pk}-{person.user.pk}",
            to=person.user.email,
            subject=_("{person} mentions you in a comment").format(person=_name(scope.user)),
            text=f"{comment.text}\n\n{_('The call: {url}').format(url=url)}\n",
        )
