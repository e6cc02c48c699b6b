"""How times, durations, counts and telephone numbers are written for people, in one language and one zone."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import phonenumbers

from callwitness.report.language import translations

_MONTHS: Final = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),
    "ru": "янв фев мар апр мая июн июл авг сен окт ноя дек".split(),
    "uk": "січ лют бер кві тра чер лип сер вер жов лис гру".split(),
}
_LONG_MONTHS: Final = {
    "en": "January February March April May June July August September October November December".split(),
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split(),
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня".split(),
}
_WEEKDAYS: Final = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
    "ru": "Понедельник Вторник Среда Четверг Пятница Суббота Воскресенье".split(),
    "uk": "Понеділок Вівторок Середа Четвер П’ятниця Субота Неділя".split(),
}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NARROW: Final = "\u202f"
_NO_BREAK: Final = "\u00a0"
_MINUS: Final = "\u2212"
_LONGEST_NUMBER: Final = 120
DASH: Final = "\u2013"


@dataclass(frozen=True, slots=True)
class Formats:
    """Writers for one language and zone. Times are ms UTC; ``year`` is left out of times that fall into it."""

    lang: str
    zone: ZoneInfo
    year: int | None = None

    def local(self, at: int) -> datetime:
        """The moment in the zone of the page."""
        return (_EPOCH + timedelta(milliseconds=at)).astimezone(self.zone)

    def time(self, at: int | None) -> str:
        """``21 Nov 14:03:07``; a dash when unknown."""
        if at is None:
            return DASH
        moment = self.local(at)
        return f"{self.day(at)} {moment:%H:%M:%S}"

    def clock(self, at: int | None) -> str:
        """``14:03:07``."""
        return DASH if at is None else f"{self.local(at):%H:%M:%S}"

    def day(self, at: int) -> str:
        """``21 Nov``, with the year when it is not the year of the page."""
        moment = self.local(at)
        short = f"{moment.day}{_NO_BREAK}{_MONTHS[self.lang][moment.month - 1]}"
        return short if self.year in (None, moment.year) else f"{short}{_NO_BREAK}{moment.year}"

    def long_day(self, at: int) -> str:
        """``Saturday, 21 November 2026``."""
        moment = self.local(at)
        month = _LONG_MONTHS[self.lang][moment.month - 1]
        return f"{_WEEKDAYS[self.lang][moment.weekday()]}, {moment.day}{_NO_BREAK}{month} {moment.year}"

    def period(self, start: int, end: int) -> str:
        """The days from start to end, both included: one long day, or ``1 November 2026 – 30 November 2026``."""
        first, last = self.local(start), self.local(end)
        if first.date() == last.date():
            return self.long_day(start)
        names = _LONG_MONTHS[self.lang]
        days = (f"{day.day}{_NO_BREAK}{names[day.month - 1]} {day.year}" for day in (first, last))
        return f" {DASH} ".join(days)

    def duration(self, seconds: float | None) -> str:
        """``0:37``, ``12:05``, ``1:02:33``; a dash when unknown."""
        if seconds is None:
            return DASH
        whole = round(abs(seconds))
        minutes, rest = divmod(whole, 60)
        hours, minutes = divmod(minutes, 60)
        sign = _MINUS if seconds < 0 and whole else ""
        return f"{sign}{hours}:{minutes:02}:{rest:02}" if hours else f"{sign}{minutes}:{rest:02}"

    def ago(self, seconds: float) -> str:
        """A waiting time in its two largest units: ``41 min``, ``3 h 05 min``, ``2 d 4 h``."""
        words = translations(self.lang)
        minutes = max(0, int(seconds // 60))
        hours, days = minutes // 60, minutes // 1440
        if days:
            return words.gettext("{days} d {hours} h").format(days=days, hours=hours % 24)
        if hours:
            return words.gettext("{hours} h {minutes:02} min").format(hours=hours, minutes=minutes % 60)
        return words.gettext("{minutes} min").format(minutes=minutes)

    def seconds(self, value: float | None) -> str:
        """``41 s``, ``0.4 s`` with the decimal sign of the language; whole seconds when they are whole."""
        if value is None:
            return DASH
        return translations(self.lang).gettext("{seconds} s").format(seconds=self.decimal(value))

    def offset(self, value: float | None) -> str:
        """A clock offset with its sign: ``+47 s``."""
        if value is None:
            return DASH
        sign = "+" if round(value, 1) > 0 else ""
        return sign + self.seconds(value)

    def decimal(self, value: float, places: int = 1) -> str:
        """At most ``places`` decimals, none when they are zero, thousands apart."""
        text = f"{abs(value):,.{places}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        sign = _MINUS if value < 0 and text != "0" else ""
        whole, _, part = text.replace(",", _NARROW).partition(".")
        point = "." if self.lang == "en" else ","
        return sign + whole + (point + part if part else "")

    def count(self, value: int | None) -> str:
        """``1 204`` with a narrow space that does not break."""
        return DASH if value is None else f"{value:,}".replace(",", _NARROW).replace("-", _MINUS)

    def share(self, value: float | None) -> str:
        """A share of one as per cent: ``85 %``, with one decimal under 10 %; a dash where there was nothing."""
        if value is None or math.isnan(value):
            return DASH
        percent = value * 100
        near_edge = 0 < percent < 10 or 99 < percent < 100
        return f"{self.decimal(percent, 1 if near_edge else 0)}{_NO_BREAK}%"

    def number(self, raw: str | None) -> str:
        """A telephone number grouped as people read it; what is no +E164 stays as it is."""
        return DASH if raw is None else _grouped(cut(raw, _LONGEST_NUMBER))


def cut(text: str, most: int) -> str:
    """The text, or its first ``most`` characters and an ellipsis: one long cell must not swell the page."""
    return text if len(text) <= most else text[:most] + "\u2026"


def _grouped(raw: str) -> str:
    if re.fullmatch(r"\+7\d{10}", raw):
        return f"+7 {raw[2:5]} {raw[5:8]}-{raw[8:10]}-{raw[10:]}"
    if re.fullmatch(r"\+380\d{9}", raw):
        return f"+380 {raw[4:6]} {raw[6:9]} {raw[9:11]} {raw[11:]}"
    if not re.fullmatch(r"\+\d{6,15}", raw):
        return raw
    try:
        parsed = phonenumbers.parse(raw)
    except phonenumbers.NumberParseException:
        return raw
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
