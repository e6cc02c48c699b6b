"""The outsourced centre's daily mails, one per working day, in three shapes that take turns.

It flatters itself: calls under ten seconds are left out, waits are told shorter, some abandoned calls as taken.
"""

from __future__ import annotations

import random
from base64 import b64encode
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from callwitness.simulate.clocks import SECOND, SourceClock, WallClock
from callwitness.simulate.happening import Call, Step
from callwitness.simulate.numbers import written
from callwitness.simulate.options import Effects, WorldOptions

_SHORT: Final = 10 * SECOND
_BOUNDARY: Final = "=_callwitness_report"


@dataclass(frozen=True, slots=True)
class _Words:
    header: tuple[str, ...]  # date and time, caller, line, wait, talk, result, operator
    taken: str
    missed: str
    subject: str
    greeting: str
    none: str
    minutes: str
    seconds: str


_RU: Final = _Words(
    ("Дата и время", "Телефон клиента", "Линия", "Ожидание", "Длительность разговора", "Результат", "Оператор"),
    "Принят", "Пропущен", "Отчёт по звонкам за", "Добрый день! Отчёт по звонкам за", "Звонков не было.",
    "мин", "сек",
)  # fmt: skip
_UK: Final = _Words(
    ("Дата і час", "Телефон клієнта", "Лінія", "Очікування", "Тривалість розмови", "Результат", "Оператор"),
    "Прийнятий", "Пропущений", "Звіт про дзвінки за", "Добрий день! Звіт про дзвінки за", "Дзвінків не було.",
    "хв", "сек",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the report. start: seconds of the contractor's clock; wait, talk: seconds as claimed."""

    call: int
    start: int
    caller: str
    line: str
    wait: int
    talk: int
    taken: bool
    operator: str


class ContractorMail:
    """Collects the calls of a day, writes ``contractor/<day>.eml``; ``ids``: call index -> where its row stands."""

    def __init__(self, folder: Path, options: WorldOptions, settled: Effects, clock: SourceClock) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._words = _RU if options.country == "RU" else _UK
        self._clock = clock
        self._zone = settled.zone
        self._rng = random.Random(f"{options.seed}/contractor")
        self._loss = settled.contractor_loss_share
        self._rows: list[_Row] = []
        self.ids: dict[int, str] = {}
        self.mails = self.told = 0

    def call(self, call: Call) -> None:
        """Takes note of a call that was in the contractor's queue, in its own favour."""
        step = next((step for step in call.steps if step.queue == "contract"), None)
        if step is None or self._rng.random() < self._loss:
            return
        talk = step.talk.end - step.talk.answered if step.talk else 0
        if call.end - call.start < _SHORT or (step.talk and talk < _SHORT):
            return
        waited = ((step.talk.answered if step.talk else step.end) - step.start) // SECOND
        operator = f"{step.talk.name} ({step.talk.party})" if step.talk else ""
        if step.talk is None and self._rng.random() < 0.2 and step.left == "abandon":
            self._pretend(call, step, waited)
            return
        claimed = self._shortened(waited) if step.talk else waited
        if waited - claimed >= 8:
            call.findings.append("wait_understated")
        self._add(call, claimed, talk // SECOND, operator)

    def _pretend(self, call: Call, step: Step, waited: int) -> None:
        """An abandoned call told as taken."""
        call.findings.append("answer_disputed")
        ring = step.rings[-1] if step.rings else None
        operator = f"{ring.name} ({ring.party})" if ring else "Daria"
        self._add(call, max(2, waited // 3), self._rng.randrange(12, 50), operator)

    def _shortened(self, waited: int) -> int:
        """Every second wait is halved, unless the difference would be a matter of opinion."""
        claimed = waited // 2
        far = waited - claimed >= 8 and waited - claimed >= waited * 0.3
        return claimed if far and self._rng.random() < 0.5 else waited

    def _add(self, call: Call, wait: int, talk: int, operator: str) -> None:
        start = self._clock.read(call.start) // SECOND
        taken = bool(operator)
        self._rows.append(_Row(call.index, start, call.caller, call.did, wait, talk, taken, operator))

    def send(self, day: date) -> None:
        """Writes the mail about a day and forgets it."""
        name = f"contractor/{day.isoformat()}.eml"
        shape = day.toordinal() % 3
        title = f"{day:%d.%m.%Y}"
        if shape == 0:
            text = self._html(name, title)
            parts = self._part("text/html; charset=utf-8", text.encode())
        elif shape == 1:
            parts = self._attached(name, title)
        else:
            text = self._plain(name, title)
            parts = self._part("text/plain; charset=windows-1251", text.encode("cp1251"))
        head = self._head(day, f"{self._words.subject} {title}")
        (self._folder / f"{day.isoformat()}.eml").write_bytes((head + parts).encode("ascii"))
        self.told += len(self._rows)
        self.mails += 1
        self._rows.clear()

    def _head(self, day: date, subject: str) -> str:
        """Headers, in a fixed order; sent next morning."""
        sent = WallClock(self._zone)
        offset = sent.offset(sent.at(day + timedelta(days=1), 7.5) // SECOND) // 60
        zone = f"{offset // 60:+03d}{offset % 60:02d}"
        when = day + timedelta(days=1)
        weekday = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[when.weekday()]
        months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
        return (
            f"Date: {weekday}, {when.day:02d} {months[when.month - 1]} {when.year} 07:30:00 {zone}\n"
            "From: Call centre <reports@contractor.example>\nTo: Manager <manager@company.example>\n"
            f"Message-ID: <{day:%Y%m%d}.report@contractor.example>\n"
            f"Subject: =?utf-8?B?{b64encode(subject.encode()).decode()}?=\nMIME-Version: 1.0\n"
        )

    def _part(self, kind: str, body: bytes, name: str = "") -> str:
        disposition = f'Content-Disposition: attachment; filename="{name}"\n' if name else ""
        coded = b64encode(body).decode()
        lines = "".join(f"{coded[at : at + 76]}\n" for at in range(0, len(coded), 76))
        return f"Content-Type: {kind}\nContent-Transfer-Encoding: base64\n{disposition}\n{lines}"

    def _html(self, name: str, title: str) -> str:
        words, clock = self._words, WallClock(self._zone, "%d.%m.%Y %H:%M:")
        lines = ["<html><body>", f"<p>{words.greeting}&nbsp;{title}</p>", "<table border='1'>"]
        lines.append("<tr>" + "".join(f"<th>{word}</th>" for word in words.header) + "</tr>")
        for row in self._rows:
            self.ids[row.call] = f"{name}:{len(lines) + 1}"
            cells = (
                clock.text(row.start), self._caller(row, 3), f"+{row.line}", _clockwise(row.wait),
                _clockwise(row.talk), self._result(row), row.operator or "&nbsp;",
            )  # fmt: skip
            lines.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
        return "\n".join([*lines, "</table>", "</body></html>", ""])

    def _attached(self, name: str, title: str) -> str:
        """A short text and report.csv: cp1251, semicolons, decimal comma, whole minutes."""
        words, clock = self._words, WallClock(self._zone, "%d.%m.%Y %H:%M:")
        header = list(words.header)
        header[3], header[4] = f"{header[3]}, {words.seconds}", f"{header[4]}, {words.minutes}"
        lines = [";".join(header)]
        for row in self._rows:
            self.ids[row.call] = f"{name}!report.csv:{len(lines) + 1}"
            wait, talk = f"{row.wait},0", f"{row.talk / 60:.2f}".replace(".", ",")
            cells = (clock.text(row.start)[:-3], self._caller(row, 2), row.line, wait, talk)
            lines.append(";".join((*cells, self._result(row), row.operator)))
        table = "\r\n".join([*lines, ""]).encode("cp1251")
        note = f"{words.greeting} {title}\n".encode("cp1251")
        return (
            f'Content-Type: multipart/mixed; boundary="{_BOUNDARY}"\n\n--{_BOUNDARY}\n'
            + self._part("text/plain; charset=windows-1251", note)
            + f"\n--{_BOUNDARY}\n"
            + self._part('text/csv; name="report.csv"', table, "report.csv")
            + f"\n--{_BOUNDARY}--\n"
        )

    def _plain(self, name: str, title: str) -> str:
        """Blocks of ``key: value`` lines."""
        words, clock = self._words, WallClock(self._zone, "%d.%m.%Y %H:%M:")
        lines = [f"{words.greeting} {title}", ""]
        for row in self._rows:
            self.ids[row.call] = f"{name}:{len(lines) + 1}"
            values = (
                clock.text(row.start), self._caller(row, 0), f"+{row.line}", self._spoken(row.wait),
                self._spoken(row.talk), self._result(row), row.operator,
            )  # fmt: skip
            lines.extend(f"{key}: {value}" for key, value in zip(words.header, values, strict=True) if value)
            lines.append("")
        if not self._rows:
            lines.append(words.none)
        return "\n".join([*lines, "-- ", "Call centre", ""])

    def _caller(self, row: _Row, form: int) -> str:
        return written(row.caller, form) if row.caller else "anonymous"

    def _result(self, row: _Row) -> str:
        return self._words.taken if row.taken else self._words.missed

    def _spoken(self, seconds: int) -> str:
        minutes, rest = divmod(seconds, 60)
        words = self._words
        return f"{minutes} {words.minutes} {rest} {words.seconds}" if minutes else f"{rest} {words.seconds}"


def _clockwise(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
