"""``callwitness.toml``: what a workspace says about itself. Every wrong value is refused by its name."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl
from phonenumbers import SUPPORTED_REGIONS

from callwitness.domain.errors import UsageError
from callwitness.domain.rules import Coverage, Outage, Rules
from callwitness.domain.schema import DIRECTIONS
from callwitness.ingest.contract import NumberPlan, ReadOptions
from callwitness.ingest.kit.numbers import normalise

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LANGUAGES = ("en", "ru", "uk")
KEYS: Mapping[str, frozenset[str]] = {
    "": frozenset({"zone", "country", "language", "outage", "sources", "coverage", "numbers", "hours", "tolerance",
                   "clock", "lost", "service_level", "trust", "ivr"}),
    "numbers": frozenset({"own", "test", "blacklist", "internal_digits", "map"}),
    "hours": frozenset({*DAYS, "holidays"}),
    "tolerance": frozenset({"duration_s", "duplicate_s", "short_s", "wait_s", "wait_share"}),
    "clock": frozenset({"offset_s", "step_s"}),
    "lost": frozenset({"expire_days", "in_ivr"}),
    "service_level": frozenset({"seconds"}),
    "trust": frozenset({"neutral"}),
    "ivr": frozenset({"self_service"}),
}  # fmt: skip
"""Known keys per table; anything else is a spelling mistake worth stopping for."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a check takes from the configuration."""

    rules: Rules = field(default_factory=Rules)
    language: str = "en"
    neutral: frozenset[str] = frozenset({"provider"})
    read_default: ReadOptions = field(default_factory=ReadOptions)
    read: Mapping[str, ReadOptions] = field(default_factory=dict)
    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)


def load(path: Path | None) -> Settings:
    """Settings from a file, or the defaults. Raises ``UsageError`` naming file, key and what was expected."""
    if path is None:
        return Settings()
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{path}: no such configuration file") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise UsageError(f"{path}: not a readable TOML file: {problem}") from None
    return read_settings(table, str(path))


def read_settings(table: Mapping[str, Any], where: str) -> Settings:
    """Settings from the sections of a ``callwitness.toml``; where: what an error calls the place they stand in."""
    return _Reader(where, table).settings()


class _Reader:
    """Reads one table with its file name at hand for errors."""

    def __init__(self, file: str, table: Mapping[str, Any]) -> None:
        self.file = file
        self.table = table

    def settings(self) -> Settings:
        self._known_keys()
        zone = self.zone(self.table.get("zone", "UTC"), "zone")
        numbers = self.section("numbers")
        plan = NumberPlan(self._country(), self._digits(numbers.get("internal_digits", [2, 5])))
        read = ReadOptions(zone=zone, numbers=plan, own_numbers=self.numbers(numbers, "numbers", "own", plan))
        language = self.table.get("language", "en")
        if language not in LANGUAGES:
            raise self.wrong("language", f"one of {', '.join(LANGUAGES)}", language)
        return Settings(
            rules=self._rules(zone, plan, numbers),
            language=language,
            neutral=frozenset(self.texts(self.section("trust"), "trust", "neutral", ["provider"])),
            read_default=read,
            read=self._sources(read),
            passwords=self._passwords(),
        )

    def _rules(self, zone: str, plan: NumberPlan, numbers: Mapping[str, Any]) -> Rules:
        tolerance, lost, clock = self.section("tolerance"), self.section("lost"), self.section("clock")
        plain = Rules()
        number = self.number
        return Rules(
            zone=zone,
            duration_tolerance_s=number(tolerance, "tolerance", "duration_s", plain.duration_tolerance_s),
            duplicate_window_s=number(tolerance, "tolerance", "duplicate_s", plain.duplicate_window_s),
            short_s=number(tolerance, "tolerance", "short_s", plain.short_s),
            wait_tolerance_s=number(tolerance, "tolerance", "wait_s", plain.wait_tolerance_s),
            wait_tolerance_share=number(tolerance, "tolerance", "wait_share", plain.wait_tolerance_share),
            clock_offset_limit_s=number(clock, "clock", "offset_s", plain.clock_offset_limit_s),
            clock_step_limit_s=number(clock, "clock", "step_s", plain.clock_step_limit_s),
            expire_days=number(lost, "lost", "expire_days", plain.expire_days),
            lost_in_ivr=self.flag(lost, "lost", "in_ivr"),
            service_level_s=number(
                self.section("service_level"), "service_level", "seconds", plain.service_level_s
            ),
            own_numbers=self.numbers(numbers, "numbers", "own", plan),
            test_numbers=self.numbers(numbers, "numbers", "test", plan),
            blacklist=self.numbers(numbers, "numbers", "blacklist", plan),
            number_map=self._number_map(numbers.get("map", {}), plan),
            coverage={
                name: self._coverage(name, each, plan, zone)
                for name, each in self.section("coverage").items()
            },
            outages=self._outages(plan, zone),
            working_hours=self._hours(),
            holidays=self._holidays(),
            self_service_ivr=self.numbers(self.section("ivr"), "ivr", "self_service", plan),
        )

    def wrong(self, key: str, expected: str, value: object) -> UsageError:
        return UsageError(f"{self.file}: {key} = {value!r}: expected {expected}")

    def section(self, name: str) -> Mapping[str, Any]:
        value = self.table.get(name, {})
        if not isinstance(value, dict):
            raise self.wrong(name, "a table", value)
        return value

    def number(self, section: Mapping[str, Any], where: str, key: str, default: float) -> float:
        value = section.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise self.wrong(f"{where}.{key}", "a number of at least 0", value)
        return float(value)

    def flag(self, section: Mapping[str, Any], where: str, key: str) -> bool:
        value = section.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(f"{where}.{key}", "true or false", value)
        return value

    def texts(self, section: Mapping[str, Any], where: str, key: str, default: list[str]) -> list[str]:
        value = section.get(key, default)
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self.wrong(f"{where}.{key}", "a list of texts", value)
        return value

    def numbers(self, section: Mapping[str, Any], where: str, key: str, plan: NumberPlan) -> frozenset[str]:
        raw = self.texts(section, where, key, [])
        return frozenset(self._one(each, plan) for each in raw)

    def _one(self, raw: str, plan: NumberPlan) -> str:
        number = normalise(pl.Series([raw], dtype=pl.String), plan)["number"][0]
        return str(number or raw)

    def zone(self, value: object, key: str) -> str:
        try:
            return ZoneInfo(str(value)).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise self.wrong(key, "an IANA zone such as Europe/Kyiv", value) from None

    def moment(self, value: object, key: str, zone: str) -> int:
        try:
            text = value.isoformat() if isinstance(value, datetime | date) else str(value)
            found = datetime.fromisoformat(text)
        except ValueError:
            raise self.wrong(key, "a time such as 2026-11-07T12:00", value) from None
        aware = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))
        return int(aware.timestamp() * 1000)

    def _known_keys(self) -> None:
        for section, keys in KEYS.items():
            table = self.table if not section else self.section(section)
            for key in table:
                if key not in keys:
                    where = f"{section}.{key}" if section else key
                    raise UsageError(
                        f"{self.file}: unknown key {where}; known are: {', '.join(sorted(keys))}"
                    )

    def _country(self) -> str | None:
        value = self.table.get("country")
        if value is not None and value not in SUPPORTED_REGIONS:
            raise self.wrong("country", "two capital letters such as UA", value)
        return value

    def _number_map(self, value: object, plan: NumberPlan) -> dict[str, str]:
        if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
            raise self.wrong("numbers.map", "a table of texts, provider number = office number", value)
        return {self._one(provider, plan): self._one(office, plan) for provider, office in value.items()}

    def _holidays(self) -> frozenset[str]:
        days = self.section("hours").get("holidays", [])
        try:
            return frozenset(date.fromisoformat(str(day)).isoformat() for day in days)
        except (TypeError, ValueError):
            raise self.wrong("hours.holidays", 'a list of days such as "2026-12-25"', days) from None

    def _directions(self, name: str, each: Mapping[str, Any]) -> frozenset[str] | None:
        if "directions" not in each:
            return None
        given = self.texts(each, f"coverage.{name}", "directions", [])
        if not set(given) <= set(DIRECTIONS):
            raise self.wrong(f"coverage.{name}.directions", f"any of {', '.join(DIRECTIONS)}", given)
        return frozenset(given)

    def _digits(self, value: object) -> tuple[int, int]:
        match value:
            case [int(low), int(high)] if 0 < low <= high:
                return low, high
        raise self.wrong(
            "numbers.internal_digits", "two numbers, shortest and longest internal number", value
        )

    def _hours(self) -> dict[int, tuple[tuple[int, int], ...]] | None:
        hours = self.section("hours")
        if not any(day in hours for day in DAYS):
            return None
        return {n: self._spans(day, hours.get(day, "")) for n, day in enumerate(DAYS)}

    def _spans(self, day: str, text: object) -> tuple[tuple[int, int], ...]:
        spans = []
        for part in str(text).split(","):
            if not part.strip():
                continue
            begin, _, end = part.strip().partition("-")
            try:
                spans.append(_span(begin, end))
            except ValueError:
                raise self.wrong(
                    f"hours.{day}", 'hours such as "09:00-18:00" or "09:00-13:00,14:00-18:00"', text
                ) from None
        return tuple(spans)

    def _coverage(self, name: str, each: Mapping[str, Any], plan: NumberPlan, zone: str) -> Coverage:
        known = {"lines", "directions", "from", "to"}
        if not isinstance(each, dict) or set(each) - known:
            raise self.wrong(f"coverage.{name}", f"a table with {', '.join(sorted(known))}", each)
        moment: Callable[[str], int | None] = lambda key: (  # noqa: E731
            self.moment(each[key], f"coverage.{name}.{key}", zone) if key in each else None
        )
        return Coverage(
            lines=self.numbers(each, f"coverage.{name}", "lines", plan) if "lines" in each else None,
            directions=self._directions(name, each),
            start=moment("from"),
            end=moment("to"),
        )

    def _outages(self, plan: NumberPlan, zone: str) -> tuple[Outage, ...]:
        given = self.table.get("outage", [])
        if not isinstance(given, list):
            raise self.wrong("outage", "tables that begin with [[outage]]", given)
        return tuple(self._outage(each, plan, zone) for each in given)

    def _outage(self, each: Mapping[str, Any], plan: NumberPlan, zone: str) -> Outage:
        if not isinstance(each, dict) or not {"from", "to"} <= set(each):
            raise self.wrong("outage", "from and to", each)
        lines = self.numbers(each, "outage", "lines", plan)
        return Outage(
            self.moment(each["from"], "outage.from", zone),
            self.moment(each["to"], "outage.to", zone),
            lines or None,
        )

    def _sources(self, read: ReadOptions) -> dict[str, ReadOptions]:
        found = {}
        for name, each in self.section("sources").items():
            if not isinstance(each, dict):
                raise self.wrong(f"sources.{name}", "a table of options", each)
            options = {key: str(value) for key, value in each.items() if key != "password"}
            zone = self.zone(options.pop("zone", read.zone), f"sources.{name}.zone")
            found[name] = ReadOptions(
                zone=zone, numbers=read.numbers, own_numbers=read.own_numbers, options=options
            )
        return found

    def _passwords(self) -> dict[str, str]:
        sources = self.section("sources")
        return {name: str(each["password"]) for name, each in sources.items() if "password" in each}


def _span(begin: str, end: str) -> tuple[int, int]:
    """Minutes of the day; hours over midnight are two spans of two days."""
    span = _minutes(begin), _minutes(end)
    if span[0] >= span[1]:
        raise ValueError(begin)
    return span


def _minutes(text: str) -> int:
    hour, colon, minute = text.partition(":")
    hours, minutes = int(hour), int(minute) if colon else 0
    if not (0 <= minutes < 60 and 0 <= hours * 60 + minutes <= 24 * 60):
        raise ValueError(text)
    return hours * 60 + minutes
