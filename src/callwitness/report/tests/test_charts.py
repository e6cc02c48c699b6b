"""Drawings: what they show is in them, and nothing from outside leaves its place."""

from __future__ import annotations

from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from callwitness.report.charts import ClockPoint, clock_chart, nice_step, share_bar, stacked_columns
from callwitness.report.figures import Bucket
from callwitness.report.formats import Formats
from callwitness.report.svg import element

FORMATS = Formats("en", ZoneInfo("UTC"))
HOUR = 3_600_000


def parsed(drawing: str) -> ET.Element:
    return ET.fromstring(drawing)  # noqa: S314 - our own drawing


def test_text_and_attributes_are_escaped() -> None:
    drawn = element("text", "</text><script>", aria_label='"><script>')
    assert "<script>" not in drawn
    assert parsed(drawn).text == "</text><script>"


def test_columns_carry_their_counts_and_those_who_reached_nobody() -> None:
    buckets = [Bucket(9, {"ok": 7, "nobody": 2, "lost": 1}), Bucket(10, {})]
    tree = parsed(stacked_columns(buckets, ["09", "10"], "calls", FORMATS))
    assert "09: 10" in [title.text for title in tree.iter("title")]
    assert "3" in [text.text for text in tree.iter("text") if "strong" in text.get("class", "")]
    heights = [float(rect.get("height", "")) for rect in tree.iter("rect")]
    assert heights == sorted(heights, reverse=True)


def test_nothing_to_draw_draws_nothing() -> None:
    assert stacked_columns([], [], "calls", FORMATS) == ""
    assert share_bar({"ok": 0}, "calls") == ""
    assert clock_chart([], "clock", FORMATS) == ""


def test_a_clock_that_was_set_breaks_the_line_and_says_by_how_much() -> None:
    points = [ClockPoint(hour * HOUR, 47.0 if hour < 5 else 13.0, 0.5, 9) for hour in range(10)]
    tree = parsed(clock_chart(points, "clock", FORMATS))
    assert len(list(tree.iter("polyline"))) == 2
    assert "\u221234 s" in [text.text for text in tree.iter("text")]


def test_a_change_that_uncertainty_explains_is_no_step() -> None:
    points = [ClockPoint(0, 10.0, 8.0, 2), ClockPoint(HOUR, 24.0, 9.0, 2)]
    tree = parsed(clock_chart(points, "clock", FORMATS))
    assert len(list(tree.iter("polyline"))) == 1


_points = st.lists(
    st.tuples(
        st.integers(0, 10**12),
        st.floats(-50_000, 50_000, allow_nan=False),
        st.floats(0, 900, allow_nan=False),
    ),
    min_size=1,
    max_size=30,
)


@given(_points)
def test_any_clock_can_be_drawn_inside_its_frame(told: list[tuple[int, float, float]]) -> None:
    points = [ClockPoint(at, offset, unsure, 1) for at, offset, unsure in sorted(told)]
    tree = parsed(clock_chart(points, "clock", FORMATS))
    for line in [*tree.iter("polyline"), *tree.iter("polygon")]:
        for place in line.get("points", "").split():
            x, y = (float(value) for value in place.split(","))
            assert 0 <= x <= 1000
            assert -0.01 <= y <= 100.01


@given(st.floats(1e-6, 1e9))
def test_a_step_is_one_two_or_five_and_not_below_what_was_asked(raw: float) -> None:
    step = nice_step(raw)
    assert raw * 0.99 <= step <= raw * 10.01
    assert f"{step:.0e}"[0] in "125"
