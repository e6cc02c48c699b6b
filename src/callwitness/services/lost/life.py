"""The life of a lost caller's case: what the calls tell and what people decided, told as one state.

What calls prove stands above what somebody intends: a talk that is on record ends the case whoever had claimed it.
What somebody decided stands above both, as long as the caller did not try again after it: a new try wakes the case,
whatever was said before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

MINUTE_MS: Final = 60_000
DAY_MS: Final = 86_400_000
NEXT_TRY_AFTER_MS: Final = 15 * MINUTE_MS
"""Attempts to ring somebody back are spaced."""
MOST_ATTEMPTS: Final = 3
"""After so many the case says that it is enough; it stays, a person decides."""
CLAIM_LASTS_MS: Final = 120 * MINUTE_MS
"""A claim without any action falls back to everybody."""
CALLERS_DAY: Final = (time(9), time(20))
"""When people may be rung back, in the workspace's zone."""

CLAIM, RELEASE, TALKED, NO_ANSWER = "claim", "release", "talked", "no_answer"
OTHER_CHANNEL, NOT_NEEDED, REOPEN = "other_channel", "not_needed", "reopen"
ACTIONS: Final = (CLAIM, RELEASE, TALKED, NO_ANSWER, OTHER_CHANNEL, NOT_NEEDED, REOPEN)
OPEN, IN_WORK, RECOVERED, SELF_RECOVERED, EXPIRED = (
    "open",
    "in_work",
    "recovered",
    "self_recovered",
    "expired",
)
WAITING: Final = (OPEN, IN_WORK)
DONE: Final = (RECOVERED, SELF_RECOVERED, OTHER_CHANNEL, NOT_NEEDED, EXPIRED)
_ENDING: Final = {TALKED: RECOVERED, OTHER_CHANNEL: OTHER_CHANNEL, NOT_NEEDED: NOT_NEEDED}


@dataclass(frozen=True, slots=True)
class Derived:
    """What the calls tell of a case. state: as ``domain.lost`` has it; times in ms UTC."""

    state: str
    last_at: int
    recovered_at: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What one person did. by: user id, null when the account is gone."""

    action: str
    by: int | None
    at: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds now. claimed_at: when the claimer last did something; attempts: calls that reached nobody."""

    state: str
    claimed_by: int | None = None
    claimed_at: int | None = None
    attempts: int = 0
    next_try_at: int | None = None
    closed_at: int | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    """What people's decisions alone say."""

    claimed_by: int | None = None
    claimed_at: int | None = None
    attempts: int = 0
    next_try_at: int | None = None
    ending: Decision | None = None
    reopened_at: int | None = None


def standing(
    derived: Derived, decisions: Iterable[Decision], now: int, *, zone: str, expire_ms: int
) -> Standing:
    """The state of a case now. decisions: of this case, in order; zone: of the workspace."""
    told = _told(decisions, zone)
    ending = told.ending if told.ending and told.ending.at >= derived.last_at else None
    if ending and ending.action != TALKED:
        return _closed(_ENDING[ending.action], ending.at, told)
    talk_at = derived.recovered_at if derived.state in (RECOVERED, SELF_RECOVERED) else None
    if ending and (talk_at is None or ending.at <= talk_at):
        return _closed(RECOVERED, ending.at, told)
    if talk_at is not None:
        return _closed(derived.state, talk_at, told)
    return _waiting(derived, told, now, expire_ms)


def _told(decisions: Iterable[Decision], zone: str) -> _Told:
    told = _Told()
    for each in decisions:
        match each.action:
            case "claim":
                told = replace(told, claimed_by=each.by, claimed_at=each.at)
            case "release":
                told = replace(told, claimed_by=None, claimed_at=None)
            case "no_answer":
                again = next_try(each.at, zone)
                told = replace(
                    told, claimed_at=each.at, attempts=told.attempts + 1, next_try_at=again, ending=None
                )
            case "reopen":
                told = _Told(attempts=told.attempts, reopened_at=each.at)
            case _:
                told = replace(told, ending=each, next_try_at=None)
    return told


def _closed(state: str, at: int, told: _Told) -> Standing:
    return Standing(state, attempts=told.attempts, closed_at=at)


def _waiting(derived: Derived, told: _Told, now: int, expire_ms: int) -> Standing:
    since = max(derived.last_at, told.reopened_at or 0)
    held = told.claimed_by is not None and now - (told.claimed_at or 0) < CLAIM_LASTS_MS
    if derived.state == NOT_NEEDED and told.reopened_at is None and not held:
        return _closed(NOT_NEEDED, derived.last_at, told)
    if now - since > expire_ms and not held:
        return _closed(EXPIRED, since + expire_ms, told)
    next_at = told.next_try_at if told.ending is None else None
    if held:
        return Standing(IN_WORK, told.claimed_by, told.claimed_at, told.attempts, next_at)
    return Standing(OPEN, attempts=told.attempts, next_try_at=next_at)


def next_try(at: int, zone: str) -> int:
    """When to ring again after an attempt at this moment: spaced, and inside the caller's day."""
    local = datetime.fromtimestamp((at + NEXT_TRY_AFTER_MS) / 1000, ZoneInfo(zone))
    first, last = CALLERS_DAY
    if local.time() >= last:
        local = datetime.combine(local.date() + timedelta(days=1), first, local.tzinfo)
    elif local.time() < first:
        local = datetime.combine(local.date(), first, local.tzinfo)
    return int(local.timestamp() * 1000)
