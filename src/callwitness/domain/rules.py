"""What a workspace may change about the judgement: plain values, taken as arguments everywhere in the domain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """A source of this run. ``name`` is unique; ``role`` is provider, office or contractor."""

    name: str
    role: str
    neutral: bool = False


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a source claims to see. None = not declared: taken from what it shows.

    lines: normalised numbers (as in SOURCE_CALLS.did). start, end: ms UTC, in the reference clock.
    """

    lines: frozenset[str] | None = None
    directions: frozenset[str] | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Outage:
    """An agreed window in which calls count against nobody. ms UTC, reference clock; lines None = all."""

    start: int
    end: int
    lines: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """Tolerances, lists and windows (DOMAIN.md defaults). Seconds unless said otherwise."""

    zone: str = "UTC"
    duration_tolerance_s: float = 3.0
    duplicate_window_s: float = 2.0
    short_s: float = 5.0
    wait_tolerance_s: float = 5.0
    wait_tolerance_share: float = 0.2
    clock_offset_limit_s: float = 60.0
    clock_step_limit_s: float = 10.0
    expire_days: float = 7.0
    lost_in_ivr: bool = False
    service_level_s: float = 20.0
    own_numbers: frozenset[str] = frozenset()
    test_numbers: frozenset[str] = frozenset()
    blacklist: frozenset[str] = frozenset()
    number_map: Mapping[str, str] = field(default_factory=dict)
    coverage: Mapping[str, Coverage] = field(default_factory=dict)
    outages: tuple[Outage, ...] = ()
    # weekday 0 = Monday -> ((minute from, minute to), ...) in the workspace zone; None = always open
    working_hours: Mapping[int, tuple[tuple[int, int], ...]] | None = None
    holidays: frozenset[str] = frozenset()
    self_service_ivr: frozenset[str] = frozenset()
