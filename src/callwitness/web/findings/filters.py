"""Which findings the address asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet

from callwitness.domain.errors import UsageError
from callwitness.domain.view import parse_view
from callwitness.ledger import models as m
from callwitness.report import vocabulary
from callwitness.services.finding_notes import STATES
from callwitness.web.ui.menu import FINDINGS_PERIOD, findings_of

CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "kind": tuple(vocabulary.FINDINGS),
    "severity": tuple(vocabulary.SEVERITIES),
    "bears": ("provider", "office", "contractor", "nobody"),
    "state": (*STATES, "all"),
}
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class Filters:
    """'' = any. state: open unless said otherwise; period as in a view of calls."""

    kind: str = ""
    severity: str = ""
    bears: str = ""
    source: str = ""
    state: str = "open"
    period: str = FINDINGS_PERIOD

    def of(self, findings: QuerySet[m.Finding], zone: str, now: int) -> QuerySet[m.Finding]:
        """Those that the filters mean."""
        found = findings_of(findings, self.period, zone, now)
        same = {name: getattr(self, name) for name in ("kind", "severity", "bears") if getattr(self, name)}
        if self.state != "all":
            same["state"] = self.state
        found = found.filter(**same)
        if self.source:
            found = found.filter(Q(left_source=self.source) | Q(right_source=self.source))
        return found


def filters_of(given: Mapping[str, str]) -> Filters:
    """Filters from an address. Raises ``UsageError`` naming what is not understood."""
    values = {}
    for name, choices in CHOICES.items():
        value = given.get(name, "")
        if value and value not in choices:
            raise UsageError(f"{name}: expected one of {', '.join(choices)}, found {value[:_LONGEST]!r}")
        values[name] = value
    standard = Filters()
    period = parse_view([("period", given.get("period") or standard.period)]).period
    return Filters(
        kind=values["kind"],
        severity=values["severity"],
        bears=values["bears"],
        source=given.get("source", "")[:_LONGEST],
        state=values["state"] or standard.state,
        period=period,
    )
