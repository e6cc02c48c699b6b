from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from callwitness.services.running import heartbeat
from callwitness.services.running.locks import FileLock
from callwitness.services.running.worker import Job, Worker

pytestmark = pytest.mark.django_db(transaction=True)


def worker(folder: Path, *jobs: Job) -> Worker:
    return Worker(jobs, FileLock(folder / "worker.lock"), folder, threading.Event())


def broken(_now: int) -> bool:
    raise ZeroDivisionError("caller +79000000001")


class Times:
    """A job that works so often and then finds nothing."""

    def __init__(self, work: int = 0) -> None:
        self.left, self.runs = work, 0

    def __call__(self, _now: int) -> bool:
        self.runs += 1
        self.left -= 1
        return self.left >= 0


def test_an_error_of_one_job_is_counted_and_the_others_go_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sound = Times()
    here = worker(tmp_path, Job("broken", broken, 0.1), Job("sound", sound, 0.1))
    here.round()
    assert sound.runs == 1
    state = here.beat.jobs["broken"]
    assert (state.errors, state.failures, state.problem) == (1, 1, "ZeroDivisionError")
    assert "job broken failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_a_job_that_failed_rests_and_is_not_run_in_the_next_round(tmp_path: Path) -> None:
    here = worker(tmp_path, Job("broken", broken, 0), Job("busy", Times(5), 0))
    for _ in range(3):
        here.round()
    assert here.beat.jobs["broken"].errors == 1
    assert here.beat.jobs["busy"].worked == 3


def test_work_wakes_jobs_that_look_often_and_no_others(tmp_path: Path) -> None:
    often, seldom = Times(), Times()
    here = worker(tmp_path, Job("often", often, 5), Job("seldom", seldom, 3600), Job("busy", Times(1), 5))
    here.round()
    here.round()
    assert (often.runs, seldom.runs) == (2, 1)


def test_a_job_that_cost_much_rests_in_proportion(tmp_path: Path) -> None:
    def costly(_now: int) -> bool:
        return sum(range(200_000)) > 0

    here = worker(tmp_path, Job("costly", costly, 0, rest=1e6))
    here.round()
    here.round()
    assert here.beat.jobs["costly"].worked == 1
    assert here.beat.jobs["costly"].cpu_s > 0


def test_one_works_and_the_other_takes_over(tmp_path: Path) -> None:
    first, second = worker(tmp_path, Job("one", Times(), 0.05)), worker(tmp_path, Job("two", Times(), 0.05))
    threads = [threading.Thread(target=first.run), threading.Thread(target=second.run)]
    threads[0].start()
    wait_until(lambda: first.beat.jobs["one"].runs > 0)
    threads[1].start()
    wait_until(lambda: second.beat.waiting)
    assert second.beat.jobs["two"].runs == 0
    first.stop.set()
    wait_until(lambda: second.beat.jobs["two"].runs > 0)
    second.stop.set()
    for thread in threads:
        thread.join()


def test_its_heartbeat_can_be_read_and_half_a_file_is_none(tmp_path: Path) -> None:
    here = worker(tmp_path, Job("broken", broken, 0))
    here.round()
    assert heartbeat.read(tmp_path) is None
    heartbeat.write(tmp_path, here.beat)
    assert heartbeat.read(tmp_path) == here.beat
    heartbeat.path_in(tmp_path).write_text('{"at": 1')
    assert heartbeat.read(tmp_path) is None


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(1000):
        if true():
            return
        threading.Event().wait(0.02)
    raise AssertionError("it did not happen")
