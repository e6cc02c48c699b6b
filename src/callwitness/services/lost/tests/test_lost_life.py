"""What holds of a case, from what the calls tell and what people decided."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from callwitness.services.lost.life import (
    ACTIONS,
    CLAIM_LASTS_MS,
    DONE,
    Decision,
    Derived,
    Standing,
    next_try,
    standing,
)

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
WEEK = 7 * DAY
T = int(datetime(2026, 11, 18, 12, tzinfo=UTC).timestamp() * 1000)


def holds(derived: Derived, *decisions: tuple[str, int], now: int = T + HOUR) -> Standing:
    return standing(
        derived, [Decision(what, 1, at) for what, at in decisions], now, zone="Europe/Kyiv", expire_ms=WEEK
    )


def test_nobody_did_anything_and_the_caller_waits() -> None:
    assert holds(Derived("open", T)) == Standing("open")


def test_who_claims_a_case_has_it_until_two_hours_without_action() -> None:
    claimed = holds(Derived("open", T), ("claim", T + MINUTE))
    assert (claimed.state, claimed.claimed_by, claimed.claimed_at) == ("in_work", 1, T + MINUTE)
    assert holds(Derived("open", T), ("claim", T), now=T + CLAIM_LASTS_MS).state == "open"


def test_an_attempt_counts_keeps_the_claim_and_sets_the_next() -> None:
    told = holds(Derived("open", T), ("claim", T), ("no_answer", T + HOUR), now=T + 2 * HOUR + MINUTE)
    assert (told.state, told.attempts, told.next_try_at) == ("in_work", 1, T + HOUR + 15 * MINUTE)


def test_after_three_attempts_the_case_still_waits_and_says_three() -> None:
    tries = [("no_answer", T + n * MINUTE) for n in (1, 2, 3)]
    assert (holds(Derived("open", T), *tries).state, holds(Derived("open", T), *tries).attempts) == (
        "open",
        3,
    )


def test_a_talk_on_record_ends_the_case_whoever_claimed_it() -> None:
    for state in ("recovered", "self_recovered"):
        told = holds(Derived(state, T, T + 5 * MINUTE), ("claim", T + MINUTE))
        assert (told.state, told.closed_at, told.claimed_by) == (state, T + 5 * MINUTE, None)


def test_who_says_that_he_talked_ends_the_case() -> None:
    assert holds(Derived("open", T), ("talked", T + MINUTE)) == Standing("recovered", closed_at=T + MINUTE)


def test_of_a_talk_by_word_and_one_on_record_the_earlier_counts() -> None:
    later = Derived("self_recovered", T, T + 9 * MINUTE)
    assert holds(later, ("talked", T + MINUTE)).state == "recovered"
    assert holds(later, ("talked", T + 10 * MINUTE)).state == "self_recovered"


def test_a_decision_stands_above_the_calls() -> None:
    for action in ("other_channel", "not_needed"):
        assert holds(Derived("recovered", T, T + MINUTE), (action, T + 2 * MINUTE)).state == action


def test_a_try_after_a_decision_wakes_the_case() -> None:
    for action in ("talked", "other_channel", "not_needed"):
        assert holds(Derived("open", T + 30 * MINUTE), (action, T + MINUTE)).state == "open"


def test_a_case_that_was_reopened_waits_again_with_its_attempts() -> None:
    told = holds(Derived("open", T), ("no_answer", T + 1), ("not_needed", T + 2), ("reopen", T + 3))
    assert (told.state, told.attempts, told.next_try_at) == ("open", 1, None)
    assert holds(Derived("not_needed", T), ("reopen", T + MINUTE)).state == "open"


def test_a_case_expires_when_nobody_holds_it() -> None:
    late = T + WEEK + 1
    assert holds(Derived("open", T), now=late) == Standing("expired", closed_at=T + WEEK)
    assert holds(Derived("expired", T), ("claim", late - MINUTE), now=late).state == "in_work"
    assert holds(Derived("expired", T), ("reopen", late - MINUTE), now=late).state == "open"


def test_the_next_attempt_falls_into_the_callers_day() -> None:
    def kyiv(hour: int, minute: int, day: int = 18) -> int:  # two hours ahead of UTC in November
        return int(datetime(2026, 11, day, hour - 2, minute, tzinfo=UTC).timestamp() * 1000)

    assert next_try(kyiv(14, 0), "Europe/Kyiv") == kyiv(14, 15)
    assert next_try(kyiv(19, 50), "Europe/Kyiv") == kyiv(9, 0, day=19)
    assert next_try(kyiv(7, 0), "Europe/Kyiv") == kyiv(9, 0)


@given(
    st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 10_000)), max_size=8), st.integers(0, 10_000)
)
def test_a_closed_case_belongs_to_nobody_and_an_open_one_has_no_end(
    decisions: list[tuple[str, int]], last_at: int
) -> None:
    told = holds(Derived("open", last_at), *sorted(decisions, key=lambda each: each[1]), now=20_000)
    assert (told.closed_at is not None) == (told.state in DONE)
    assert (told.claimed_by is not None) == (told.state == "in_work")
    assert told.attempts == sum(action == "no_answer" for action, _ in decisions)


def test_the_order_of_decisions_of_one_moment_matters_only_as_written() -> None:
    for order in permutations((("claim", T), ("release", T))):
        assert holds(Derived("open", T), *order).state == ("in_work" if order[-1][0] == "claim" else "open")
