"""The worker: one loop over a table of jobs. Work is state in the database; losing the worker loses nothing.

A job is a function that does one bounded piece of work and says whether it did any. An error of one is logged, counted
and backed off, and the others go on. One worker works at a time (services.running.locks); others wait and take over.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from django.db import close_old_connections, connections

from callwitness.services.running import heartbeat
from callwitness.services.running.heartbeat import Heartbeat, JobState
from callwitness.services.running.locks import Lock

LONGEST_PAUSE_S: Final = 60.0
WOKEN_S: Final = 5.0
"""A job that looks at least so often looks at once after another did something."""
_TAKE_S: Final = 0.25
_LOCK_S: Final = 1.0
_log: Final = logging.getLogger("callwitness.worker")


class Stopped(BaseException):
    """The worker is asked to end; raised out of whatever it does. What a transaction did not finish is undone."""


@dataclass(frozen=True, slots=True)
class Job:
    """run: gets the time (ms UTC), says whether it did something. every_s: how often it looks when idle.

    rest: after a run that took s CPU seconds, the next one begins at least rest * s later.
    """

    name: str
    run: Callable[[int], object]
    every_s: float
    rest: float = 0.0


@dataclass(slots=True)
class _Place:
    """Where a job stands: when it is due (monotonic seconds), and until when it must not run even if woken."""

    job: Job
    state: JobState
    due: float = 0.0
    not_before: float = 0.0


@dataclass(slots=True)
class Worker:
    """Runs until ``stop`` is set. data: folder of the heartbeat."""

    jobs: Sequence[Job]
    lock: Lock
    data: Path
    stop: threading.Event
    clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    beat: Heartbeat = field(init=False)
    _places: list[_Place] = field(init=False)

    def __post_init__(self) -> None:
        self.beat = Heartbeat(at=self.clock(), started_at=self.clock(), pid=os.getpid())
        self._places = [_Place(job, self.beat.jobs.setdefault(job.name, JobState())) for job in self.jobs]

    def run(self) -> None:
        """Work until asked to stop."""
        beating = threading.Thread(target=self._keep_beating, name="heartbeat", daemon=True)
        beating.start()
        try:
            while not self.stop.is_set():
                if self._take():
                    self._work()
        except Stopped:
            pass
        finally:
            self.stop.set()
            beating.join()
            self.lock.release()
            connections.close_all()

    def _take(self) -> bool:
        """The lock, as soon as nobody else has it."""
        if not self.lock.take():
            if not self.beat.waiting:
                _log.info("another worker is at work; waiting to take over")
            self.beat.waiting = True
            self.stop.wait(_TAKE_S)
            return False
        _log.info("at work", extra={"pid": os.getpid()})
        self.beat.waiting = False
        return True

    def _work(self) -> None:
        """Round after round, as long as the lock is ours."""
        asked = time.monotonic()
        while not self.stop.is_set():
            if time.monotonic() - asked > _LOCK_S:
                if not self.lock.held():
                    _log.warning("the lock is lost; waiting to take it again")
                    return
                asked = time.monotonic()
            self.round()
            self.stop.wait(max(0.0, min(self._next() - time.monotonic(), _LOCK_S)))

    def round(self) -> bool:
        """Run every job that is due, in order; whether one did something."""
        worked = False
        for place in self._places:
            if self.stop.is_set():
                break
            if time.monotonic() >= max(place.due, place.not_before):
                worked = self._run(place) or worked
        if worked:
            for place in self._places:
                if place.job.every_s <= WOKEN_S:
                    place.due = 0.0
        return worked

    def _next(self) -> float:
        return min(max(place.due, place.not_before) for place in self._places)

    def _run(self, place: _Place) -> bool:
        job, state = place.job, place.state
        self.beat.job, self.beat.since = job.name, self.clock()
        begun, cpu = time.monotonic(), time.process_time()
        worked = False
        try:
            worked = bool(job.run(self.clock()))
        except Exception as problem:  # noqa: BLE001 one job's error does not stop the others
            _failed(place, problem)
        else:
            state.failures, state.problem = 0, ""
            place.due = time.monotonic() + job.every_s
        finally:
            self.beat.job = ""
        state.runs += 1
        state.last_at = self.clock()
        if worked:
            _count(place, time.monotonic() - begun, time.process_time() - cpu)
        return worked

    def _keep_beating(self) -> None:
        while True:
            self.beat.at = self.clock()
            with suppress(OSError):  # a full disk must not end the work
                heartbeat.write(self.data, self.beat)
            if self.stop.wait(heartbeat.EVERY_S):
                return


def _count(place: _Place, seconds: float, cpu_s: float) -> None:
    state = place.state
    state.worked += 1
    state.seconds += seconds
    state.cpu_s += cpu_s
    state.last_cpu_s = cpu_s
    place.not_before = time.monotonic() + place.job.rest * cpu_s


def _failed(place: _Place, problem: Exception) -> None:
    """Log with traceback, count, and wait twice as long as last time; connections that broke are closed."""
    state = place.state
    state.errors += 1
    state.failures += 1
    state.problem = type(problem).__name__
    pause = min(2.0 ** min(state.failures - 1, 6), LONGEST_PAUSE_S)
    place.not_before = time.monotonic() + pause
    _log.error("job %s failed, next try in %.0f s", place.job.name, pause, exc_info=problem)
    with suppress(Exception):  # closing what is broken may fail as well
        close_old_connections()
