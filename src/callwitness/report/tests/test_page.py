"""The page as a whole: what it says, that it stands alone, and that nothing from outside becomes markup."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import polars as pl
import pytest

from callwitness.domain.results import (
    CALLS,
    FINDINGS,
    LADDER,
    LOST_CALLERS,
    MATCHES,
    RECORDS_OUT,
    REJECTED_OUT,
    RELIABILITY,
)
from callwitness.report import figures
from callwitness.report.language import LANGUAGES
from callwitness.report.page import ReportInput, records_shown, render
from callwitness.report.questions import MOST_CALLS
from callwitness.report.tests.example import CLOCK, NUMBER_MAP, example

EVIL = "</pre></style><script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{ 7*7 }}"
_VOID = {"meta", "br", "img", "link", "input", "hr"}


class Reader(HTMLParser):
    """Text, tags, ids and links of a page; complains when elements are not closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.links: set[str] = set()
        self.text = ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            assert not name.startswith("on"), (tag, name)
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src"):
                self.links.add(value or "")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.text += data


def empty(lang: str = "en") -> ReportInput:
    return ReportInput(
        calls=CALLS.empty(),
        records=RECORDS_OUT.empty(),
        matches=MATCHES.empty(),
        lost_callers=LOST_CALLERS.empty(),
        findings=FINDINGS.empty(),
        rejected=REJECTED_OUT.empty(),
        ladder=LADDER.empty(),
        reliability=RELIABILITY.empty(),
        clock=pl.DataFrame(schema=CLOCK),
        number_map=pl.DataFrame(schema=NUMBER_MAP),
        notes=(),
        summary={"version": 1, "as_of": None, "sources": [], "reconciliation": {"sources": {}, "pairs": []}},
        originals={},
        zone="UTC",
        lang=lang,
    )


def spaces(text: str) -> str:
    return re.sub(r"[\s\u00a0\u202f]+", " ", text)


def test_the_sentence_comes_first_and_its_counts_are_those_of_the_tables() -> None:
    result = example()
    waiting = result.lost_callers.filter(pl.col("state") == "open").height
    heading = re.search(r"<h1>(.*?)</h1>", render(result))
    assert heading is not None
    said = spaces(Reader(heading[1]).text)
    assert (
        said == f"212 calls came in. 35 of them reached nobody. {waiting} people still wait for a call back."
    )


def test_nobody_waits_is_not_said_in_green_when_callers_hid_their_number_or_were_not_reached() -> None:
    day = example()
    expired = day.lost_callers.with_columns(state=pl.lit("expired"))
    page = render(replace(day, lost_callers=expired))
    said = spaces(Reader(page).text)
    assert "Nobody still waits" not in said
    assert f"{expired.height} lost callers were not reached again in time." in said
    withheld = figures.losses(day.calls).withheld
    assert f"{withheld} of these calls cannot be rung back: the number is hidden." in said


def test_calls_that_reached_nobody_are_in_question_even_without_a_lost_caller() -> None:
    day = example()
    alone = replace(day, findings=FINDINGS.empty(), lost_callers=LOST_CALLERS.empty())
    assert render(alone).count('class="call keep"') == figures.losses(day.calls).total


def test_sources_without_a_common_call_are_not_said_to_agree() -> None:
    day = example()
    apart = dict(day.summary) | {"reconciliation": {**day.summary["reconciliation"], "pairs": []}}
    page = Reader(render(replace(day, findings=FINDINGS.empty(), summary=apart))).text
    assert "no call is known to two sources" in page
    assert "The sources agree" not in page


def test_only_the_provider_speaking_is_said() -> None:
    day = example()
    alone = replace(day, summary=dict(day.summary) | {"sources": day.summary["sources"][:1]})
    assert "Only the provider speaks" in Reader(render(alone)).text
    assert "Only the provider speaks" not in Reader(render(day)).text


def test_a_period_without_calls_says_which_days_the_files_cover() -> None:
    day = example()
    page = render(
        replace(day, calls=CALLS.empty(), findings=FINDINGS.empty(), lost_callers=LOST_CALLERS.empty())
    )
    assert "There are no calls in this period; the files cover 21 Nov 2026." in spaces(Reader(page).text)


def test_service_levels_stand_beside_their_counts() -> None:
    page = render(replace(example(), service_counts={"agent": (130, 166)}))
    assert "130 of 166" in spaces(Reader(page).text)
    assert "46 other inbound calls are left out" in spaces(Reader(page).text)


def test_every_file_passed_over_is_listed_under_its_own_name() -> None:
    notes = tuple(("office", "member_passed_over", {"file": f"in/x{n}.dat", "why": "?"}) for n in range(9))
    page = Reader(render(replace(example(), notes=notes))).text
    assert all(f"in/x{n}.dat was passed over" in page for n in range(9))
    assert "more notes like these" not in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_link_inside_the_page_leads_somewhere_and_none_leads_out(lang: str) -> None:
    page = Reader(render(example(lang)))
    assert len(page.ids) == len(set(page.ids))
    for link in page.links:
        assert link.startswith(("#", "tel:+"))
        assert link.startswith("tel:") or link[1:] in page.ids
    assert not page.tags & {"script", "link", "iframe", "img", "object"}
    assert "http" not in render(example(lang))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_same_input_gives_the_same_bytes_whatever_the_order_of_rows(lang: str) -> None:
    result = example(lang)
    shuffled = {
        name: getattr(result, name).sample(fraction=1.0, shuffle=True, seed=3)
        for name in ("calls", "records", "findings", "lost_callers", "ladder", "reliability", "clock")
    }
    assert render(replace(result, **shuffled)) == render(result)


def test_sums_that_hold_say_so_and_sums_that_do_not_say_that_too() -> None:
    assert "does not add up" not in render(example())
    broken = example()
    broken.summary["sources"][0]["rejected"] += 1
    assert render(broken).count("does not add up") == 1


def test_each_finding_shows_both_sides_and_both_original_lines() -> None:
    result = example()
    row = result.findings.filter(pl.col("kind") == "duration_mismatch").row(0, named=True)
    page = Reader(render(result)).text
    assert result.originals[row["left_record"]] in page
    assert result.originals[row["right_record"]] in page
    assert "Durations differ" in page


def test_nothing_that_came_from_outside_becomes_markup() -> None:
    result = example(name=EVIL)
    text = {"source": EVIL, "agent": EVIL, "queue": EVIL}
    evil: dict[str, Any] = {
        "calls": result.calls.with_columns(caller=pl.lit(EVIL), did=pl.lit(EVIL), queue=pl.lit(EVIL)),
        "records": result.records.with_columns(file=pl.lit(EVIL), row=pl.lit(EVIL), source=pl.lit(EVIL)),
        "ladder": result.ladder.with_columns(**{name: pl.lit(value) for name, value in text.items()}),
        "lost_callers": result.lost_callers.with_columns(
            caller=pl.lit("+7" + EVIL), line=pl.lit(EVIL), owner=pl.lit(EVIL)
        ),
        "findings": result.findings.with_columns(
            left_source=pl.lit(EVIL), left_value=pl.lit(EVIL), right_value=pl.lit(EVIL), bears=pl.lit(EVIL)
        ),
        "rejected": result.rejected.with_columns(
            raw=pl.lit(EVIL), file=pl.lit(EVIL), reason=pl.lit(EVIL), source=pl.lit(EVIL)
        ),
        "number_map": result.number_map.with_columns(office_number=pl.lit(EVIL), how=pl.lit(EVIL)),
        "notes": [
            ("office", "zone_found", {"source": EVIL, "zone": EVIL, "by": EVIL}),
            (EVIL, EVIL, {"x": EVIL}),
        ],
        "originals": dict.fromkeys(result.originals, EVIL),
    }
    html = render(replace(result, **evil))
    page = Reader(html)
    assert not page.tags & {"script", "img"}
    assert "<script" not in html
    assert EVIL in page.text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_calls_at_all_is_a_page_too(lang: str) -> None:
    assert "212" not in Reader(render(empty(lang))).text
    assert "There are no calls in these files." in render(empty("en"))


def test_five_calls_of_one_source_and_no_findings() -> None:
    day = example()
    five = (
        day.calls.filter(pl.col("verdict") == "answered")
        .head(5)
        .with_columns(case_id=pl.lit(None, pl.String()))
    )
    summary = dict(day.summary) | {
        "sources": day.summary["sources"][:1],
        "service_level": {"signal": 1.0, "agent": None, "voice": None},
    }
    page = Reader(render(replace(empty(), calls=five, summary=summary, zone=day.zone))).text
    assert "No caller was missed." in page
    assert "Nothing to compare with: one source." in page


def test_a_million_calls_make_a_page_of_bounded_size() -> None:
    day = example()
    copies = pl.DataFrame({"copy": pl.int_range(4300, eager=True)})

    def many(frame: pl.DataFrame, *keys: str) -> pl.DataFrame:
        renamed = [pl.format("{}-{}", pl.col(key), pl.col("copy")).alias(key) for key in keys]
        return frame.join(copies, how="cross").with_columns(renamed).drop("copy")

    result = replace(
        day,
        calls=many(day.calls, "call_id", "case_id"),
        findings=many(day.findings, "finding_id", "call_id"),
        lost_callers=many(day.lost_callers, "case_id", "last_call_id"),
    )
    assert result.calls.height > 1_000_000
    html = render(result)
    assert len(html.encode()) < 5_000_000
    assert "more in findings.csv" in html
    assert html.count('class="call keep"') <= MOST_CALLS


def test_a_line_of_ten_million_characters_does_not_swell_the_page() -> None:
    day = example()
    long = "x" * 10_000_000
    some = next(iter(day.findings["left_record"].drop_nulls()))
    html = render(replace(day, originals={**day.originals, some: long}))
    assert len(html) < len(render(day)) + 20_000


def test_the_records_to_keep_lines_of_are_those_the_page_shows() -> None:
    day = example()
    shown = set(records_shown(day.calls, day.records, day.findings, day.lost_callers)["record_id"])
    sides = {*day.findings["left_record"].drop_nulls(), *day.findings["right_record"].drop_nulls()}
    assert sides <= shown
    kept = {record: text for record, text in day.originals.items() if record in shown}
    assert render(replace(day, originals=kept)) == render(day)
