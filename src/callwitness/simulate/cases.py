"""Truth about lost callers: which missed calls belong together, and how each case ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from callwitness.simulate.clocks import DAY
from callwitness.simulate.happening import Call

LOST: Final = frozenset(
    {"abandoned_in_queue", "no_answer", "busy", "voicemail", "closed", "failed", "never_arrived"}
)
_EXPIRES: Final = 7 * DAY


@dataclass(slots=True)
class Case:
    """An open case and the moment of its last try; it expires after seven days of quiet."""

    number: int
    last: int


class CaseBook:
    """Keeps open cases and the final state of every case."""

    def __init__(self, excluded: frozenset[str]) -> None:
        self._excluded = excluded  # tests and spam: nobody needs to ring back
        self._open: dict[str, dict[str, Case]] = {}
        self.states: list[str] = []

    def add(self, call: Call) -> None:
        """Takes note of a call: it opens or continues a case, or settles the caller's open ones."""
        caller = call.did if call.direction == "outbound" else call.caller
        if not caller or call.direction == "internal":
            return
        if call.verdict == "answered":
            state = "recovered" if call.direction == "outbound" else "self_recovered"
            self._settle(caller, state, call.start)
        elif call.direction == "inbound" and call.verdict in LOST:
            call.case = name(self._missed(call))

    def open(self, caller: str) -> bool:
        """Whether somebody still waits to be rung back."""
        return caller in self._open

    def close(self, end: int) -> None:
        """The period is over: what is old has expired."""
        for cases in self._open.values():
            for case in cases.values():
                if end - case.last > _EXPIRES:
                    self._state(case, "expired")

    def _missed(self, call: Call) -> int:
        cases = self._open.setdefault(call.caller, {})
        case = cases.get(call.did)
        if case is not None and call.start - case.last > _EXPIRES:
            self._state(case, "expired")
            case = None
        if case is None:
            case = Case(len(self.states), call.start)
            self.states.append("open")
            if call.caller in self._excluded:
                self.states[-1] = "not_needed"
            cases[call.did] = case
        case.last = call.start
        return case.number

    def _settle(self, caller: str, state: str, at: int) -> None:
        for case in self._open.pop(caller, {}).values():
            self._state(case, "expired" if at - case.last > _EXPIRES else state)

    def _state(self, case: Case, state: str) -> None:
        if self.states[case.number] == "open":
            self.states[case.number] = state


def name(number: int) -> str:
    """How truth.csv names a case."""
    return f"C{number + 1:06d}"
