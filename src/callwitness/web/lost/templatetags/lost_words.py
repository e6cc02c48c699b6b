"""Words of mails about lost callers, and what a reader of cards may know."""

from __future__ import annotations

from django import template

from callwitness.ledger.access import Scope
from callwitness.web.ui.numbers import masked
from callwitness.web.ui.templatetags.callwitness import formats

register = template.Library()


@register.filter
def sees_agents(scope: Scope) -> bool:
    """Whether the names of people of the office are for this reader."""
    return scope.may("see_agents")


@register.filter
def plain_number(value: str, hidden: bool) -> str:
    """A caller's number as text, without its middle where that is hidden from the reader."""
    grouped = formats().number(value)
    return masked(grouped) if hidden else grouped


@register.filter
def plain_moment(at: int) -> str:
    """``21 Nov 14:03:07`` in the reader's zone, as text."""
    return formats().time(at)
