"""What a simulated world is asked to be, and the distortions that follow from its seed when nobody stated them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from callwitness.domain.errors import UsageError

ZONES: Final = {"RU": "Europe/Moscow", "UA": "Europe/Kyiv"}
SILENT_DAYS: Final = 20
SILENT_CALLS: Final = 50
FEW_CALLS: Final = 300


@dataclass(frozen=True, slots=True)
class WorldOptions:
    """A world to simulate. None = derived from the seed (``effects``).

    days, calls_per_day: length and mean load, follow-up calls (redials, call-backs) included.
    zone: IANA name; None = the usual one of the country. country: RU or UA. start: first local day.
    office_offset_s: clock of the exchange minus true time at the start; office_drift_s_per_day: its drift;
    office_step_s: a jump in the middle of the period (0 = none); contractor_offset_s: likewise, no drift.
    wrong_zone: the zone stated for the office is wrong by whole hours (the exchange writes UTC).
    Shares are of the calls or rows concerned; small worlds have larger ones, else nothing would happen in them.
    source_silent: the provider's list misses some busy hours. outage: an agreed one. cel: False = the exchange keeps no CEL, as shipped.
    until: the moment (with a zone) at which files are asked for, inside the last day: what is not over by then nobody tells.
    recordings: none | mono | stereo: whether the exchange records its calls, and how.
    """

    days: int = 1
    calls_per_day: int = 50
    seed: int = 1
    zone: str | None = None
    country: str = "RU"
    start: date = date(2026, 10, 5)
    office_offset_s: float | None = None
    office_drift_s_per_day: float | None = None
    office_step_s: float | None = None
    contractor_offset_s: float | None = None
    wrong_zone: bool | None = None
    never_arrived_share: float | None = None
    provider_loss_share: float | None = None
    provider_double_share: float | None = None
    contractor_loss_share: float | None = None
    source_silent: bool | None = None
    outage: bool | None = None
    cel: bool = True
    until: datetime | None = None
    recordings: str = "none"


@dataclass(frozen=True, slots=True)
class Effects:
    """The distortions of one world, all settled. Seconds; zone is where the company lives."""

    zone: str
    office_offset_s: float
    office_drift_s_per_day: float
    office_step_s: float
    contractor_offset_s: float
    wrong_zone: bool
    never_arrived_share: float
    provider_loss_share: float
    provider_double_share: float
    contractor_loss_share: float
    source_silent: bool
    outage: bool


def effects(options: WorldOptions) -> Effects:
    """Settles what the options left open. Seeds ending in 7 have a wrong zone, every third a clock step.

    Raises UsageError on an unknown country or zone and on an empty world.
    """
    if options.country not in ZONES:
        raise UsageError(f"country must be one of {', '.join(ZONES)}, not {options.country}")
    if options.days < 1 or options.calls_per_day < 1:
        raise UsageError("a world has at least one day and one call a day")
    zone = options.zone or ZONES[options.country]
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError) as error:
        raise UsageError(f"no such zone: {zone}") from error
    rng = random.Random(f"{options.seed}/effects")
    offset, drift, contractor = rng.uniform(-120, 120), rng.uniform(-1.5, 1.5), rng.uniform(-45, 45)
    step = rng.choice((-1, 1)) * rng.uniform(15, 60)
    steps = options.days >= 6 and options.seed % 3 == 0
    busy = options.calls_per_day >= SILENT_CALLS
    few = options.days * options.calls_per_day < FEW_CALLS
    return Effects(
        zone=zone,
        office_offset_s=_given(options.office_offset_s, round(offset, 3)),
        office_drift_s_per_day=_given(options.office_drift_s_per_day, round(drift, 3)),
        office_step_s=_given(options.office_step_s, round(step, 3) if steps else 0.0),
        contractor_offset_s=_given(options.contractor_offset_s, round(contractor, 3)),
        wrong_zone=options.seed % 10 == 7 if options.wrong_zone is None else options.wrong_zone,
        never_arrived_share=_given(options.never_arrived_share, 0.04 if few else 0.012),
        provider_loss_share=_given(options.provider_loss_share, 0.03 if few else 0.008),
        provider_double_share=_given(options.provider_double_share, 0.03 if few else 0.006),
        contractor_loss_share=_given(options.contractor_loss_share, 0.03),
        source_silent=(
            options.days >= SILENT_DAYS and busy if options.source_silent is None else options.source_silent
        ),
        outage=options.days >= 3 or busy if options.outage is None else options.outage,
    )


def _given(stated: float | None, derived: float) -> float:
    return derived if stated is None else stated
