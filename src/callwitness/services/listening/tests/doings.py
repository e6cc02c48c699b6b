"""What worker processes of the tests do: they must be importable by name there."""

from __future__ import annotations

import os
import signal
import time

from callwitness.audio.heard import Heard
from callwitness.services.listening.passes import Part, decide_part


def square(number: int) -> int:
    time.sleep(0.001 * (number % 3))
    return number * number


def sometimes(number: int) -> int:
    """Dies on 3, fails on 5, has no memory on 7."""
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 5:
        raise ValueError("five")
    if number == 7:
        raise MemoryError
    return number


def hang_on_two(number: int) -> int:
    while number == 2:
        time.sleep(1)
    return number


def own_pid(number: int) -> tuple[int, int]:
    return number, os.getpid()


def slowly_decide(part: Part) -> list[Heard]:
    """The second pass, slow enough to be killed in the midst of a part of several recordings."""
    time.sleep(20.0 * (len(part.recordings) > 1) * (part.recordings[0].file == "0.wav"))
    return decide_part(part)
