"""What the demo company's witnesses would have sent, day by day: the simulator's files cut into deliveries."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

Dated = Callable[[str], date | None]
"""The local day of a line; None = the line belongs to whatever stands before it."""

_WALL: Final = re.compile(r'"(\d{4})-(\d\d)-(\d\d) \d\d:')
_PROVIDER: Final = re.compile(r";(\d\d)\.(\d\d)\.(\d{4}) \d\d:")
_LATE: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Sent:
    """One file as it was sent. arrived_at: ms UTC."""

    source: str
    name: str
    data: bytes
    arrived_at: int


def deliveries(world: Path, zone: str, now: datetime) -> list[Sent]:
    """Everything that had been sent by ``now``, in the order of arrival: a file a source and day, a mail a day."""
    found = list(_sent(world, ZoneInfo(zone), now.astimezone(ZoneInfo(zone))))
    return sorted(found, key=lambda sent: (sent.arrived_at, sent.source, sent.name))


def _sent(world: Path, zone: ZoneInfo, now: datetime) -> Iterator[Sent]:
    def local(seconds: str) -> date:
        return datetime.fromtimestamp(float(seconds), UTC).astimezone(zone).date()

    of_line: dict[str, tuple[str, Dated]] = {
        "provider.csv": ("provider", _provider_day),
        "Master.csv": ("office", _wall_day),
        "queue_log": ("office", lambda line: local(line.partition("|")[0])),
        "cel.csv": ("office", lambda line: local(line.split('"')[3])),
    }
    for name, (source, dated) in of_line.items():
        stem, dot, ending = name.partition(".")
        for day, data in _by_day(world / name, dated).items():
            yield Sent(source, f"{stem}-{day.isoformat()}{dot}{ending}", data, _arrival(day, 0.1, zone, now))
    for mail in sorted((world / "contractor").iterdir()):
        arrived = _arrival(date.fromisoformat(mail.stem), 8.5, zone, now)
        yield Sent("contractor", mail.name, mail.read_bytes(), arrived)


def _by_day(path: Path, dated: Dated) -> dict[date, bytes]:
    """Lines by their day; a header (a first line without a day) stands in every part."""
    days: defaultdict[date, list[str]] = defaultdict(list)
    header, current = "", None
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        current = dated(line) or current
        if current is None:
            header += line
        else:
            days[current].append(line)
    return {day: (header + "".join(lines)).encode() for day, lines in days.items()}


def _wall_day(line: str) -> date | None:
    found = _WALL.search(line)
    return date(int(found[1]), int(found[2]), int(found[3])) if found else None


def _provider_day(line: str) -> date | None:
    found = _PROVIDER.search(line)
    return date(int(found[3]), int(found[2]), int(found[1])) if found else None


def _arrival(day: date, hour: float, zone: ZoneInfo, now: datetime) -> int:
    """Sent at an hour of the next day; what would come later was sent just now."""
    due = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=1, hours=hour)
    return int(min(due, now - _LATE).timestamp() * 1000)
