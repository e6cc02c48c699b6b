"""Choices that several forms offer: zones of places, countries."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from phonenumbers import SUPPORTED_REGIONS, country_code_for_region


@cache
def zones() -> list[tuple[str, str]]:
    """Zones of places by name; UTC first."""
    named = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in named)]


@cache
def countries() -> list[tuple[str, str]]:
    """Two-letter codes with the code one dials; '' = none."""
    known = sorted(SUPPORTED_REGIONS)
    return [("", "–"), *((region, f"{region} +{country_code_for_region(region)}") for region in known)]
