"""Tags and filters of all pages: numbers, durations, moments, verdicts in words. They are builtins: nothing to load."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import template
from django.template.context import RequestContext
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from callwitness.report import sentences, vocabulary
from callwitness.report.formats import DASH, Formats
from callwitness.services import mails
from callwitness.web.ui import words
from callwitness.web.ui.numbers import masked

register = template.Library()

_SPRITE: Final = "ui/icons.svg"
_PAGE_NAMES: Final = ("page", "after")


def formats() -> Formats:
    """Writers in the reader's language and active zone; this year is left out of times."""
    zone = ZoneInfo(timezone.get_current_timezone_name())
    return Formats(words.language(), zone, datetime.now(zone).year)


@register.filter
def word(code: object, kind: str) -> str:
    """The word for a code: ``{{ call.verdict|word:"verdict" }}``; kinds are in web.ui.words."""
    return words.word(kind, code)


@register.filter
def duration(seconds: float | str | None) -> str:
    """``0:37``, ``12:05``, ``1:02:33``; a dash when unknown."""
    return formats().duration(_known(seconds))


@register.filter
def moment(at: int | str | None) -> str:
    """ms UTC -> ``21 Nov 14:03:07`` in the active zone, as a time element."""
    return _time(at, formats().time)


@register.filter
def clock(at: int | str | None) -> str:
    """ms UTC -> ``14:03:07`` in the active zone."""
    return _time(at, formats().clock)


@register.filter
def day(at: int | str | None) -> str:
    """ms UTC -> ``21 Nov`` in the active zone."""
    return _time(at, formats().day)


@register.filter
def ago(at: int | str | None) -> str:
    """ms UTC -> how long ago in its two largest units, ``41 min``; the moment itself stands in the title."""
    if at is None or isinstance(at, str):
        return DASH
    said = formats()
    since = said.ago(time.time() - at / 1000)
    return format_html('<time datetime="{}" title="{}">{}</time>', _machine(at), said.time(at), since)


@register.filter
def span(seconds: float | str | None) -> str:
    """A waiting time of seconds in its two largest units: ``3 h 05 min``."""
    known = _known(seconds)
    return DASH if known is None else formats().ago(known)


@register.filter
def seconds(value: float | str | None) -> str:
    """``41 s``."""
    return formats().seconds(_known(value))


@register.filter
def offset(value: float | str | None) -> str:
    """A clock's offset in seconds: ``+47 s``."""
    return formats().offset(_known(value))


@register.filter
def count(value: int | str | None) -> str:
    """``1 204``."""
    known = _known(value)
    return formats().count(None if known is None else int(known))


@register.filter
def share(value: float | str | None) -> str:
    """A share of one as per cent; a dash where there was nothing."""
    return formats().share(_known(value))


@register.filter
def initials(person: object) -> str:
    """The first letters of a person's two first names, or of the mail address."""
    parts = str(person).replace("@", " ").split()
    return "".join(part[0] for part in parts[:2]).upper()


@register.filter
def reason_sentences(reasons: Sequence[Mapping[str, Any]] | None) -> list[str]:
    """Reasons (codes with parameters) as sentences in the reader's language, each once."""
    return list(dict.fromkeys(_sentence(reason) for reason in reasons or ()))


def _sentence(reason: Mapping[str, Any]) -> str:
    """by: the person whose word it is."""
    said = sentences.sentence(reason["code"], _telling(reason), words.language())
    who = reason.get("by")
    return said + " " + _("Heard by {who}.").format(who=who) if who else said


def _telling(reason: Mapping[str, Any]) -> Mapping[str, Any]:
    """Parameters that mean something to a reader: recordings stand there by their key, but for a name in a record."""
    params: Mapping[str, Any] = reason.get("params") or {}
    if reason["code"] == "recording_named":
        return params
    return {name: value for name, value in params.items() if name != "recording"}


@register.simple_tag
def reason(code: str, **params: Any) -> str:
    """One reason as a sentence: ``{% reason case.why_missed agent=case.owner %}``; '' without a code."""
    return sentences.sentence(code, params, words.language()) if code else ""


@register.simple_tag
def side_value(value: str | None, kind: str) -> str:
    """One side of a finding of that kind as people read it."""
    return sentences.side_value(value or None, kind, formats())


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """A symbol of icons.svg; it is decoration, a word stands beside it."""
    return format_html(
        '<svg class="ic {}" aria-hidden="true"><use href="{}#i-{}"/></svg>', size, static(_SPRITE), name
    )


@register.simple_tag
def verdict(code: str, direction: str = "inbound") -> SafeString:
    """What happened to a call: icon, word and colour."""
    tone = tone_of(code, direction)
    return format_html(
        '<span class="verdict {}" data-verdict="{}">{}{}</span>',
        tone,
        code,
        icon(tone),
        words.word("verdict", code),
    )


@register.filter
def tone(call: Any) -> str:
    """The tone of a call: ok, nobody, lost, aside or out; a class of rows is ``tone-<tone>``."""
    return tone_of(call.verdict, call.direction)


def tone_of(code: str, direction: str) -> str:
    """ok, nobody, lost or aside of an inbound verdict; out for outbound calls, aside for internal ones."""
    if direction == "outbound":
        return "out"
    return "aside" if direction == "internal" else vocabulary.TONES.get(code, "aside")


@register.simple_tag(takes_context=True)
def number(context: RequestContext, value: str | None, link: str = "") -> str:
    """A caller's number, grouped and copied as E.164; without its middle for who may not know it.

    link "call" rings it (``tel:``). Nothing to show is a dash.
    """
    if not value:
        return DASH
    grouped = formats().number(value)
    scope = context.get("scope")
    if scope is not None and scope.masks_numbers:
        return format_html('<span class="nowrap">{}</span>', masked(grouped))
    if link == "call":
        return format_html('<a class="nowrap" href="tel:{0}" data-copy="{0}">{1}</a>', value, grouped)
    return format_html('<span class="nowrap" data-copy="{}">{}</span>', value, grouped)


@register.filter
def grouped(value: str | None) -> str:
    """A number of our own, grouped; it is nobody's secret."""
    return formats().number(value) if value else DASH


@register.simple_tag(takes_context=True)
def pairs(context: RequestContext, **changes: Any) -> str:
    """The address's query with changes: ``{% pairs sort="-wait_s" %}``; None removes; the page begins anew."""
    query = context["request"].GET.copy()
    for name in (*_PAGE_NAMES, *(name for name, value in changes.items() if value is None)):
        query.pop(name, None)
    for name, value in changes.items():
        if value is not None:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag
def mails_are_sent() -> bool:
    """Whether this server has a mail server: ``{% mails_are_sent as mails %}``."""
    return mails.configured()


@register.simple_tag
def bar(value: float | None, tone: str = "out", label: str = "") -> SafeString:
    """A share of one as a bar; label: what it says for who cannot see it."""
    width = f"{100 * min(1.0, max(0.0, value or 0.0)):.1f}%"
    return format_html(
        '<svg class="bar" role="img" aria-label="{}"><rect class="{}" width="{}" height="100%"/></svg>',
        label or share(value),
        tone,
        width,
    )


@register.inclusion_tag("ui/field.html")
def field(bound: Any) -> dict[str, Any]:
    """A field of a form with its label, help and errors."""
    widget = bound.field.widget
    if widget.attrs.get("placeholder") == str(bound.label):
        del widget.attrs["placeholder"]  # it only repeats the label
    check = getattr(widget, "input_type", "") == "checkbox" and not hasattr(bound.field, "choices")
    kind = "check" if check else "long" if hasattr(widget, "rows") or "rows" in widget.attrs else ""
    return {"field": bound, "check": check, "kind": kind}


@register.inclusion_tag("ui/pager.html", takes_context=True)
def pager(context: RequestContext, page: Any) -> dict[str, Any]:
    """Back and next of a Django ``Page``, keeping the rest of the address."""
    return {
        "page": page,
        "previous": pairs(context, page=page.previous_page_number()) if page.has_previous() else "",
        "next": pairs(context, page=page.next_page_number()) if page.has_next() else "",
    }


def _known(value: float | str | None) -> float | None:
    """None also for '': that is what a template makes of a name that is not there."""
    return None if value is None or isinstance(value, str) else value


def _machine(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _time(at: int | str | None, write: Callable[[int], str]) -> str:
    if at is None or isinstance(at, str):
        return DASH
    return format_html('<time datetime="{}">{}</time>', _machine(at), write(at))
