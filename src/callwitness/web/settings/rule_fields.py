"""The rules of a workspace as fields of a form, and back as the sections of ``callwitness.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from callwitness.domain.rules import Rules
from callwitness.services.settings import DAYS
from callwitness.web.ui.words import OWN

_PLAIN: Final = Rules()


@dataclass(frozen=True, slots=True)
class RuleField:
    """One key of a section. kind: number | flag | text | lines | spans (moments from and to with lines, one a row)."""

    section: str
    key: str
    kind: str
    label: str | Promise
    default: Any = ""
    help: str | Promise = ""

    @property
    def name(self) -> str:
        return f"{self.section}_{self.key}"

    @property
    def path(self) -> str:
        """As the reader of settings calls it."""
        return f"{self.section}.{self.key}" if self.key else self.section


HOURS: Final = tuple(
    RuleField("hours", day, "text", OWN["weekday"][str(number)]) for number, day in enumerate(DAYS, 1)
)
GROUPS: Final[tuple[tuple[str | Promise, str | Promise, tuple[RuleField, ...]], ...]] = (
    (
        _("Working hours"),
        _("Such as 09:00-18:00, or 09:00-13:00,14:00-18:00. A day left empty is closed; all left empty: always open."),
        (
            *HOURS,
            RuleField("hours", "holidays", "lines", _("Days off"), help=_("One a line, such as 2026-12-25.")),
        ),
    ),
    (
        _("Lost callers"),
        _("When somebody counts as lost, and for how long."),
        (
            RuleField("tolerance", "short_s", "number", _("A call is short under, s"), _PLAIN.short_s,
                      _("Who gives up sooner is shown, but left out of shares.")),
            RuleField("lost", "expire_days", "number", _("A case expires after, days"), _PLAIN.expire_days),
            RuleField("lost", "in_ivr", "flag", _("Who hangs up in the menu is lost too"), False),
            RuleField("ivr", "self_service", "lines", _("Own numbers whose menu gives the answer"),
                      help=_("One a line. Who hangs up there was served by the menu.")),
        ),
    ),
    (
        _("Service level"),
        _("Which answers count as quick."),
        (
            RuleField("service_level", "seconds", "number", _("Answered within, s"), _PLAIN.service_level_s,
                      _("Counted from entering the queue; without a queue from the beginning.")),
        ),
    ),
    (
        _("Reconciliation"),
        _("How far two sources may differ before it is a finding."),
        (
            RuleField("tolerance", "duration_s", "number", _("Durations may differ by, s"), _PLAIN.duration_tolerance_s),
            RuleField("tolerance", "duplicate_s", "number", _("A call told twice begins within, s"), _PLAIN.duplicate_window_s),
            RuleField("tolerance", "wait_s", "number", _("A wait may be understated by, s"), _PLAIN.wait_tolerance_s),
            RuleField("tolerance", "wait_share", "number", _("and by this share of it"), _PLAIN.wait_tolerance_share),
            RuleField("clock", "offset_s", "number", _("A clock may be off by, s"), _PLAIN.clock_offset_limit_s),
            RuleField("clock", "step_s", "number", _("A clock may jump by, s"), _PLAIN.clock_step_limit_s),
            RuleField("numbers", "internal_digits", "text", _("Digits of internal numbers"), "2-5",
                      _("Fewest and most, such as 2-5.")),
        ),
    ),
    (
        _("Agreed outages"),
        _("Calls in them count against nobody."),
        (
            RuleField("outage", "", "spans", _("From, to, own numbers"),
                      help=_("One a line, such as 2026-11-07T12:00 2026-11-07T14:30; with numbers behind, only these lines.")),
        ),
    ),
)  # fmt: skip
FIELDS: Final = tuple(field for _title, _help, fields in GROUPS for field in fields)


def shown(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What the form shows of a workspace's settings."""
    return {field.name: _shown(field, settings) for field in FIELDS}


def _shown(field: RuleField, settings: Mapping[str, Any]) -> Any:
    section = settings.get(field.section, {})
    if field.kind == "spans":
        rows = (" ".join([str(row["from"]), str(row["to"]), *row.get("lines", ())]) for row in section or ())
        return "\n".join(rows)
    value = section.get(field.key, field.default)
    if field.key == "internal_digits" and isinstance(value, list):
        return "-".join(map(str, value))
    if field.kind == "lines":
        return "\n".join(map(str, value or ()))
    return int(value) if isinstance(value, float) and value.is_integer() else value


def merged(settings: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with what a form says; what stands as by default is left out, other sections stay as they are."""
    result = deepcopy(dict(settings))
    for field in FIELDS:
        value = _kept(field, given.get(field.name))
        if field.kind == "spans":
            result.pop(field.section, None)
            result |= {field.section: value} if value else {}
            continue
        section = dict(result.pop(field.section, {}))
        section.pop(field.key, None)
        if value is not None:
            section[field.key] = value
        if section:
            result[field.section] = section
    return result


def _kept(field: RuleField, value: Any) -> Any:
    """The value for the file, None where it is empty or the default."""
    if field.kind == "spans":
        return [_span(row) for row in str(value or "").splitlines() if row.strip()]
    if field.kind == "lines":
        return [row.strip() for row in str(value or "").splitlines() if row.strip()] or None
    if value in (None, "", field.default):
        return None
    if field.key == "internal_digits":
        return [
            int(part) if part.strip().isdecimal() and len(part) < 10 else part
            for part in str(value).split("-")
        ]
    return value


def _span(row: str) -> dict[str, Any]:
    begin, end, *lines = [*row.split(), "", ""] if len(row.split()) < 2 else row.split()
    span: dict[str, Any] = {"from": begin, "to": end}
    wanted = [line for line in lines if line]
    return span | ({"lines": wanted} if wanted else {})
