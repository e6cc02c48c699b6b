"""Worker processes: one that dies costs its own task, and none is left behind."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

import pytest

from callwitness.services.listening.pool import Lost, Pool
from callwitness.services.listening.tests.doings import hang_on_two, own_pid, sometimes, square


def alive(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def pids(pool: Pool, tasks: int) -> set[int]:
    results = [result for _, result in pool.each(own_pid, range(tasks))]
    return {result[1] for result in results if not isinstance(result, Lost)}


@pytest.mark.parametrize("processes", [1, 2])
def test_every_task_has_its_result(processes: int) -> None:
    with Pool(processes) as pool:
        assert dict(pool.each(square, range(40))) == {number: number * number for number in range(40)}
        assert dict(pool.each(square, [])) == {}
        assert dict(pool.each(square, [3])) == {3: 9}


def test_a_process_that_dies_costs_its_task_and_no_other() -> None:
    with Pool(2) as pool:
        told = dict(pool.each(sometimes, range(1, 12)))
    whys = {task: result.why for task, result in told.items() if isinstance(result, Lost)}
    assert whys == {
        3: "the process that worked on it ended (SIGKILL)",
        5: "an error of this program, please report it: ValueError: five",
        7: "there was not enough memory for it",
    }
    assert [told[task] for task in sorted(told) if task not in whys] == [1, 2, 4, 6, 8, 9, 10, 11]


def test_one_that_hangs_is_given_up() -> None:
    with Pool(2) as pool:
        list(pool.each(square, range(4)))  # they have started
        told = dict(pool.each(hang_on_two, range(5), hangs_s=2.0))
    assert told.pop(2) == Lost(2, "it was not done after a long time and was given up")
    assert told == {0: 0, 1: 1, 3: 3, 4: 4}


def test_one_that_died_idle_is_replaced() -> None:
    with Pool(1) as pool:
        (first,) = pids(pool, 1)
        os.kill(first, signal.SIGKILL)
        os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
        later = list(pool.each(square, range(3)))
    assert sorted(later) == [(0, 0), (1, 1), (2, 4)]


def test_none_is_left_behind_even_when_the_work_is_broken_off() -> None:
    seen: set[int] = set()
    with suppress(KeyboardInterrupt), Pool(2) as pool:
        for _, result in pool.each(own_pid, range(1000)):
            assert not isinstance(result, Lost)
            seen.add(result[1])
            if len(seen) == 2:
                raise KeyboardInterrupt
    assert len(seen) == 2
    assert not [pid for pid in seen if alive(pid)]
