"""The provider's list of calls to its virtual numbers: whole seconds, its own ids, numbers in five forms.

It says "answered" when the office's equipment answered, whoever or whatever that was.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from callwitness.simulate.clocks import SECOND, WallClock
from callwitness.simulate.happening import Call
from callwitness.simulate.numbers import written
from callwitness.simulate.options import Effects, WorldOptions


@dataclass(frozen=True, slots=True)
class _Words:
    """A list in one language: header, results (answered, missed, busy, failed), withheld caller, file habits."""

    header: tuple[str, ...]
    results: tuple[str, str, str, str]
    withheld: str
    delimiter: str
    pattern: str
    encoding: str


_RU: Final = _Words(
    ("ID звонка", "Номер звонящего", "Набранный номер", "Дата и время начала",
     "Длительность звонка, с", "Длительность разговора, с", "Результат"),
    ("Отвечен", "Не отвечен", "Занято", "Ошибка"),
    "Номер скрыт", ";", "%d.%m.%Y %H:%M:", "utf-8-sig",
)  # fmt: skip
_UK: Final = _Words(
    ("ID дзвінка", "Номер абонента", "Набраний номер", "Дата і час початку",
     "Тривалість дзвінка, с", "Тривалість розмови, с", "Результат"),
    ("Відповіли", "Без відповіді", "Зайнято", "Помилка"),
    "Номер приховано", ";", "%d.%m.%Y %H:%M:", "utf-8-sig",
)  # fmt: skip
_EN: Final = _Words(
    ("Call ID", "Caller", "Dialed number", "Start time",
     "Total duration, s", "Talk duration, s", "Result"),
    ("Answered", "No answer", "Busy", "Failed"),
    "anonymous", ",", "%Y-%m-%d %H:%M:", "utf-8",
)  # fmt: skip


class ProviderList:
    """Writes provider.csv while calls happen, in the order of their starts."""

    def __init__(self, path: Path, options: WorldOptions, settled: Effects, excluded: frozenset[str]) -> None:
        self._words = _EN if options.seed % 5 == 4 else _RU if options.country == "RU" else _UK
        self._file = path.open("w", encoding=self._words.encoding, newline="")
        self._wall = WallClock(settled.zone, self._words.pattern)
        self._rng = random.Random(f"{options.seed}/provider")
        self._loss, self._double = settled.provider_loss_share, settled.provider_double_share
        self._excluded = excluded
        self._id = 4_100_000_000 + self._rng.randrange(100_000_000)
        self.rows = 0
        self.first = self.last = 0
        self._file.write(self._words.delimiter.join(self._header()) + "\n")

    def call(self, call: Call, forwarded: bool, silent: bool) -> None:
        """Tells a call, tells it twice, or forgets it. Calls over the toll-free number are never forgotten.

        silent: in the hours that the list misses altogether.
        """
        self._id += self._rng.randrange(1, 40)
        chance = self._rng.random()
        if silent:
            return
        if call.caller in self._excluded:
            chance = 1.0
        if chance < self._loss and call.channel is not None and not forwarded:
            call.findings.append("unknown_to_provider")
            return
        call.provider_id = str(self._id)
        form = self._rng.choices(range(5), (4, 3, 2, 1, 1))[0]
        self._row(call, 0, form)
        if self._loss <= chance < self._loss + self._double and call.caller:
            self._id += 1
            call.provider_copy = str(self._id)
            call.findings.append("duplicate_record")
            self._row(call, 1, (form + 1) % 5)
        self.first = self.first or call.start
        self.last = call.start

    def close(self) -> None:
        """The list is complete."""
        self._file.close()

    def _header(self) -> list[str]:
        return [f'"{word}"' if self._words.delimiter in word else word for word in self._words.header]

    def _row(self, call: Call, later: int, form: int) -> None:
        words = self._words
        start = call.start // SECOND
        total = (call.end - call.start + SECOND // 2) // SECOND
        talk = max(1, (call.end - call.answered + SECOND // 2) // SECOND) if call.answered else 0
        caller = written(call.caller, form) if call.caller else words.withheld
        self._file.write(
            words.delimiter.join(
                (str(self._id), caller, written(call.did, 1), self._wall.text(start + later),
                 str(total), str(talk), words.results[_result(call)])
            ) + "\n"
        )  # fmt: skip
        self.rows += 1


def _result(call: Call) -> int:
    if call.answered:
        return 0
    if call.verdict == "never_arrived":
        return 3
    return 2 if call.verdict in ("busy", "rejected") else 1
