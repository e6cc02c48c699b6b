"""How people read times, durations, counts and numbers."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from callwitness.report.formats import Formats

MOSCOW = ZoneInfo("Europe/Moscow")
AT = 1795258987000  # 21 Nov 2026 11:03:07 UTC


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2212", "-")


@pytest.mark.parametrize(
    ("lang", "expected"), [("en", "21 Nov 14:03:07"), ("ru", "21 ноя 14:03:07"), ("uk", "21 лис 14:03:07")]
)
def test_times_stand_in_the_zone_of_the_page_with_the_month_in_words(lang: str, expected: str) -> None:
    assert plain(Formats(lang, MOSCOW, 2026).time(AT)) == expected


def test_another_year_is_said() -> None:
    assert plain(Formats("en", MOSCOW, 2027).day(AT)) == "21 Nov 2026"


def test_a_period_of_one_day_is_that_day() -> None:
    formats = Formats("ru", MOSCOW)
    assert plain(formats.period(AT, AT + 60_000)) == "Суббота, 21 ноября 2026"
    assert plain(formats.period(AT, AT + 9 * 86_400_000)) == "21 ноября 2026 – 30 ноября 2026"


def test_the_night_the_clock_goes_back_keeps_both_hours_apart() -> None:
    berlin = Formats("en", ZoneInfo("Europe/Berlin"), 2026)
    first = 1792888200000  # 25 Oct 2026 00:30 UTC, summer time
    assert [berlin.clock(first), berlin.clock(first + 3_600_000)] == ["02:30:00", "02:30:00"]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(37, "0:37"), (725, "12:05"), (3753, "1:02:33"), (0, "0:00"), (-61, "-1:01"), (None, "–")],
)
def test_durations_read_like_a_clock(seconds: float | None, expected: str) -> None:
    assert plain(Formats("en", MOSCOW).duration(seconds)) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("+79000001234", "+7 900 000-12-34"),
        ("+380500001122", "+380 50 000 11 22"),
        ("+442070000000", "+44 20 7000 0000"),
        ("101", "101"),
        ("<b>", "<b>"),
        ("+0", "+0"),
        (None, "–"),
    ],
)
def test_numbers_are_grouped_as_people_read_them(raw: str | None, expected: str) -> None:
    assert Formats("en", MOSCOW).number(raw) == expected


@pytest.mark.parametrize(
    ("share", "lang", "expected"),
    [
        (0.85, "en", "85 %"),
        (0.0042, "en", "0.4 %"),
        (0.0042, "uk", "0,4 %"),
        (0.996, "en", "99.6 %"),
        (0.0, "en", "0 %"),
        (1.0, "en", "100 %"),
        (None, "en", "–"),
    ],
)
def test_nothing_to_share_is_a_dash_and_never_a_full_hundred(
    share: float | None, lang: str, expected: str
) -> None:
    assert plain(Formats(lang, MOSCOW).share(share)) == expected


def test_counts_and_seconds_follow_the_language() -> None:
    english, russian = Formats("en", MOSCOW), Formats("ru", MOSCOW)
    assert plain(english.count(1_204_000)) == "1 204 000"
    assert (plain(english.seconds(0.44)), plain(russian.seconds(41))) == ("0.4 s", "41 с")
    assert plain(russian.offset(47.0)) == "+47 с"
    assert [plain(english.ago(seconds)) for seconds in (59, 2460, 11100, 190_000)] == [
        "0 min",
        "41 min",
        "3 h 05 min",
        "2 d 4 h",
    ]
