"""Bursts of a tone in time, and whose signal they are: a ringing tone, busy or congestion, of which countries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from callwitness.audio.toneplans import PLANS, Plan, Signal

_LONGEST_GAP_S: Final = 5.6
_HERTZ_OFF: Final = (
    11.0  # E.180 allows 10 to 15; neighbours (425, 440, 450) are then told by which is nearest
)
_NEARER: Final = 5.0
_AGREES: Final = 0.7  # share of the time in which plan and bursts agree, of all time in which either sounds
_PAIR_AGREES: Final = 0.93  # when two bursts are all there is
_ALIKE: Final = 0.03  # plans that agree this much less than the best one are still candidates
_EDGE_S: Final = 0.1  # a burst that begins with the file or ends with it is cut
_LONE_S: Final = 0.3
_WHOLE: Final = 0.8  # one burst at least is so much of its length
_LONE_OFF_S: Final = 0.06
_STEP_S: Final = 0.01
_ENOUGH_S: Final = 60.0  # of a long row of bursts


@dataclass(frozen=True, slots=True)
class Burst:
    """A stretch of one steady tone.

    hertz: its middle. spread: how far its parts lie from the middle, in hertz (root mean square; 0 = one part). level: dB.
    quiet_after: at least 10 dB less sounds up to the next burst.
    """

    start_s: float
    end_s: float
    hertz: float
    spread: float
    level: float
    quiet_after: bool

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s


def named(bursts: Sequence[Burst], file_s: float) -> Iterator[tuple[Burst, Signal, str]]:
    """Every burst that is a signal, with the tone's name and the countries it may be of: "de,it,ru"."""
    for group in _groups(bursts):
        fits = _fits(group, file_s)
        if not fits:
            continue
        best, agrees = max(fits.items(), key=lambda fit: fit[1])
        alike = [plan for plan, share in fits.items() if plan.name == best.name and share >= agrees - _ALIKE]
        countries = ",".join(sorted({plan.country for plan in alike}))
        yield from ((burst, best.name, countries) for burst in group)


def _groups(bursts: Sequence[Burst]) -> list[list[Burst]]:
    """Bursts of the same sound and level, one after another; others may sound between them."""
    groups: list[list[Burst]] = []
    going: list[list[Burst]] = []
    for burst in bursts:
        if not _sounding_like(burst):
            continue
        going = [group for group in going if burst.start_s - group[-1].end_s <= _LONGEST_GAP_S]
        for group in going:
            if _same_sound(group[-1], burst):
                group.append(burst)
                break
        else:
            groups.append([burst])
            going.append(groups[-1])
    return groups


def _same_sound(last: Burst, burst: Burst) -> bool:
    return (
        abs(burst.hertz - last.hertz) <= 6
        and abs(burst.spread - last.spread) <= 8
        and abs(burst.level - last.level) <= 6
    )


def _sounding_like(burst: Burst) -> list[Plan]:
    """Plans whose parts agree with the burst; of several, those that lie nearest."""
    off = {plan: abs(burst.hertz - _middle(plan)) + abs(burst.spread - _spread(plan)) / 2 for plan in PLANS}
    near = {plan: hertz for plan, hertz in off.items() if hertz <= _HERTZ_OFF}
    return [plan for plan, hertz in near.items() if hertz <= min(near.values()) + _NEARER]


def _middle(plan: Plan) -> float:
    return sum(plan.hertz) / len(plan.hertz)


def _spread(plan: Plan) -> float:
    return (max(plan.hertz) - min(plan.hertz)) / 2


def _fits(group: Sequence[Burst], file_s: float) -> dict[Plan, float]:
    """The plans that explain the bursts, and how well (0..1)."""
    plans = _sounding_like(max(group, key=lambda burst: burst.length_s))
    if len(group) == 1:
        return {plan: 1.0 for plan in plans if _is_lone_ring(group[0], plan, file_s)}
    longest = max(burst.length_s for burst in group)
    agreeing = {
        plan: _agreement(group, plan.beat) for plan in plans if longest >= _WHOLE * min(plan.beat[::2])
    }
    least = _AGREES if len(group) > 2 else _PAIR_AGREES
    return {plan: share for plan, share in agreeing.items() if share >= least}


def _agreement(group: Sequence[Burst], beat: Sequence[float]) -> float:
    """The beat laid over the bursts where it fits best; between the first and the last burst only, so either may be cut."""
    end_s = min(group[-1].end_s, group[0].start_s + _ENOUGH_S)
    at = np.arange(group[0].start_s, end_s, _STEP_S)
    sounds = np.zeros(len(at), np.bool_)
    for burst in group:
        sounds[(at >= burst.start_s) & (at < burst.end_s)] = True
    starts = np.cumsum((0.0, *beat))[:-1:2]
    anchors = [burst.start_s - start for burst in group[:3] for start in starts]
    anchors += [group[0].end_s - start - on for start, on in zip(starts, beat[::2], strict=True)]
    return max(_share(sounds, at - anchor, beat, starts) for anchor in anchors)


def _share(
    sounds: NDArray[np.bool_], at: NDArray[np.float64], beat: Sequence[float], starts: NDArray[np.float64]
) -> float:
    into = at % sum(beat)
    meant = np.zeros(len(at), np.bool_)
    for start, on in zip(starts, beat[::2], strict=True):
        meant |= (into >= start) & (into < start + on)
    return float(np.count_nonzero(sounds & meant) / np.count_nonzero(sounds | meant))


def _is_lone_ring(burst: Burst, plan: Plan, file_s: float) -> bool:
    """One ring and then somebody answers, or the file begins with the end of one."""
    cut = burst.start_s < _EDGE_S or burst.end_s > file_s - _EDGE_S
    if plan.name != "ringback" or burst.length_s < _LONE_S or not (cut or burst.quiet_after):
        return False
    off = burst.length_s - plan.beat[0]
    return abs(off) <= _LONE_OFF_S or (cut and off < 0)
