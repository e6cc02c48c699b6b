"""Worker processes for work on hostile files: the death of one costs its own task and nothing else.

The standard pools give up all that is pending when a process is killed. Here each worker has one task at a time and a pipe
of its own, so it is known which task went down with it; another worker takes its place.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Final, Generic, Self, TypeVar, cast

Task = TypeVar("Task")
Result = TypeVar("Result")

_SPAWN: Final = multiprocessing.get_context(
    "spawn"
)  # the same on every system, and no locks of threads are inherited
_PATIENCE_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Lost(Generic[Task]):
    """A task without a result, and a sentence why."""

    task: Task
    why: str


@dataclass(slots=True)
class _Worker(Generic[Task]):
    process: BaseProcess
    pipe: Connection
    task: Task | None = None
    until: float = math.inf  # by the monotonic clock: later it hangs


class Pool:
    """Up to ``processes`` workers, started when there is work. A context manager: at its end none is left."""

    def __init__(self, processes: int | None = None) -> None:
        self._most = processes or os.cpu_count() or 1
        self._workers: list[_Worker[object]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            _end(worker)
        self._workers.clear()

    def each(
        self, function: Callable[[Task], Result], tasks: Iterable[Task], hangs_s: float = math.inf
    ) -> Iterator[tuple[Task, Result | Lost[Task]]]:
        """Results as they come, in any order. ``function`` is one of a module, tasks and results can be pickled.

        hangs_s: a task that takes longer is given up.
        """
        waiting = iter(tasks)
        done = False
        while True:
            while not done and (worker := self._idle()) is not None:
                task = next(waiting, None)
                if task is None:
                    done = True
                    break
                worker.task, worker.until = task, time.monotonic() + hangs_s
                with suppress(OSError):  # it died this moment: found below
                    worker.pipe.send((function, task))
            busy = [worker for worker in self._workers if worker.task is not None]
            if not busy:
                return
            for worker in _ready(busy):
                given, worker.task = worker.task, None
                result = self._result(worker, given)
                yield cast("Task", given), cast("Result | Lost[Task]", result)

    def _idle(self) -> _Worker[object] | None:
        for worker in [worker for worker in self._workers if worker.task is None]:
            if worker.process.is_alive():
                return worker
            self._workers.remove(worker)
            _end(worker)
        if len(self._workers) < self._most:
            self._workers.append(_started())
            return self._workers[-1]
        return None

    def _result(self, worker: _Worker[object], task: object) -> object:
        if time.monotonic() > worker.until and not worker.pipe.poll():
            self._workers.remove(worker)
            _end(worker)
            return Lost(task, "it was not done after a long time and was given up")
        try:
            well, result = worker.pipe.recv()
        except (EOFError, OSError):
            self._workers.remove(worker)
            _end(worker)
            return Lost(task, f"the process that worked on it ended ({_how(worker.process.exitcode)})")
        return result if well else Lost(task, result)


def _started() -> _Worker[object]:
    ours, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_work, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _ready(busy: Sequence[_Worker[object]]) -> list[_Worker[object]]:
    """Workers with a result, or dead (the pipe of a dead one reads as ended), or hanging."""
    soonest = min(worker.until for worker in busy) - time.monotonic()
    ready = set(wait([worker.pipe for worker in busy], None if math.isinf(soonest) else max(0.0, soonest)))
    now = time.monotonic()
    return [worker for worker in busy if worker.pipe in ready or now > worker.until]


def _end(worker: _Worker[object]) -> None:
    worker.pipe.close()
    worker.process.terminate()
    worker.process.join(_PATIENCE_S)
    if worker.process.is_alive():
        worker.process.kill()
        worker.process.join()


def _how(code: int | None) -> str:
    if code is None or code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def _work(pipe: Connection) -> None:
    """The life of a worker. Ctrl-C is the parent's affair; a parent that is gone ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            function, task = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer = True, function(task)
        except MemoryError:
            answer = False, "there was not enough memory for it"
        except Exception as problem:  # noqa: BLE001  # whatever one file provokes, the others go on
            answer = False, f"an error of this program, please report it: {type(problem).__name__}: {problem}"
        try:
            pipe.send(answer)
        except OSError:
            return
