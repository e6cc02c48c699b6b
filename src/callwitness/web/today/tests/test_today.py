"""The first page: the sentence, the figures and their doors, for each role."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pytest_django import Settings

from callwitness.ledger import models as m
from callwitness.services.publish import publish_day
from callwitness.web.today.charts import hours_chart
from callwitness.web.ui.cast import Cast

DAY = 86_400_000
Page = Callable[..., str]


@pytest.fixture
def page(cast: Cast, settings: Settings, tmp_path: Path) -> Page:
    settings.SERVER = replace(settings.SERVER, data=tmp_path)

    def ask(who: str = "olga", rest: str = "") -> str:
        for day in {call.started_at // DAY for call in m.Call.objects.filter(workspace=cast.workspace)}:
            publish_day(cast.workspace, day)
        answer = cast.people[who].client.get(cast.url(rest))
        assert answer.status_code == 200
        return answer.content.decode()

    return ask


def yesterday_noon(cast: Cast) -> int:
    zone = ZoneInfo(cast.workspace.zone)
    day = datetime.fromtimestamp(cast.now / 1000, zone).date() - timedelta(days=1)
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=zone).timestamp() * 1000)


def move_to_yesterday(cast: Cast) -> None:
    """All calls and cases at noon of yesterday."""
    at = yesterday_noon(cast)
    m.Call.objects.update(started_at=at, ended_at=at + 45_000, day=at // DAY)
    m.LostCase.objects.update(first_at=at, last_at=at)
    m.Finding.objects.update(at=at)


def test_yesterday_is_told_in_words_that_add_up(cast: Cast, page: Page) -> None:
    move_to_yesterday(cast)
    text = page()
    assert "Yesterday 6 calls came in." in text
    assert "3 were answered," in text
    assert "3 reached nobody." in text
    assert "0 of the 2 callers behind them were reached again." in text
    assert "2 still wait." in text


def test_each_figure_opens_its_calls(cast: Cast, page: Page) -> None:
    move_to_yesterday(cast)
    day = (
        datetime.fromtimestamp(yesterday_noon(cast) / 1000, ZoneInfo(cast.workspace.zone)).date().isoformat()
    )
    text = page(rest="?day=yesterday")
    inbound = f"calls/?period={day}..{day}&amp;direction=inbound"
    assert f'{inbound}"' in text
    assert f"{inbound}&amp;verdict=answered" in text
    assert f"{inbound}&amp;verdict=abandoned_in_queue&amp;verdict=no_answer" in text


def test_without_calls_there_are_dashes_and_no_hundred_per_cent(page: Page) -> None:
    text = page(rest="?day=2020-02-02")
    assert "On this day nobody called." in text
    assert "No calls on this day." in text
    assert "100" not in text.partition("<main")[2].partition("</main")[0]


def test_findings_are_sentences_that_lead_to_their_list(page: Page) -> None:
    text = page()
    assert "1 call never reached the office" in text
    assert "findings/?kind=never_arrived&amp;period=" in text


def test_who_waits_longest_for_a_call_can_be_rung(page: Page) -> None:
    assert 'href="tel:+380500001234"' in page()


def test_a_source_that_fell_silent_is_told_first(cast: Cast, page: Page) -> None:
    hour = DAY // 24
    for number in range(6):
        m.Evidence.objects.create(
            source=cast.sources["mango"], sha256=str(number) * 64, name="a", size=1, how="folder",
            arrived_at=cast.now - 3 * DAY - number * hour, state=m.Evidence.READ,
        )  # fmt: skip
    m.Source.objects.filter(name="mango").update(last_evidence_at=cast.now - 3 * DAY)
    m.ClockPoint.objects.create(
        source=cast.sources["exchange"], window_first=0, at=cast.now, offset_s=47.0, n=9, uncertainty_s=1.0
    )
    text = page()
    assert text.index("nothing since") < text.index("clock +47")
    assert ">silent</b>" in text
    assert "too early to say" in text


def test_an_operator_sees_own_figures_and_nothing_of_sources_and_findings(cast: Cast, page: Page) -> None:
    move_to_yesterday(cast)
    text = page("ivanna")
    assert "Yesterday 2 calls came in." in text
    assert "Findings of the night" not in text
    assert "mango" not in text


def test_a_marketer_sees_the_shared_project_without_sources(cast: Cast, page: Page) -> None:
    move_to_yesterday(cast)
    text = page("marta")
    assert "Yesterday 5 calls came in." in text
    assert "fed " not in text


@pytest.mark.parametrize("who", ["agency", "client_side"])
@pytest.mark.parametrize(
    "rest", ["", "lost/", "lost/l-waiting/", "findings/", "findings/f-disputed/", "calls/?period=all"]
)
def test_marketers_of_either_side_read_no_names_of_teams_and_agents(
    cast: Cast, page: Page, who: str, rest: str
) -> None:
    m.LostCase.objects.update(owner_agent=cast.agents["petro"], owner_team=cast.teams["sales"])
    page()  # publishes the calls
    answer = getattr(cast, who).client.get(cast.url(rest))
    assert answer.status_code == 200
    text = answer.content.decode()
    assert ("+380500001234" in text) or not rest.startswith(("lost", "calls"))
    for name in ("Ivanna", "Petro", "Sales", "Support"):
        assert name not in text


def test_the_sentence_adds_up_where_a_call_was_neither_answered_nor_lost(cast: Cast, page: Page) -> None:
    move_to_yesterday(cast)
    assert "set aside" not in page()
    m.Call.objects.filter(public_id="c-support").update(verdict="rejected")
    text = page()
    assert "2 were answered," in text
    assert "3 reached nobody." in text
    assert "1 was set aside." in text


def test_an_empty_workspace_is_taught_how_to_begin(page: Page) -> None:
    m.Call.objects.all().delete()
    text = page()
    assert "No calls here yet" in text
    assert "Add a source" in text


@pytest.mark.parametrize("day", ["2999-01-01", "never", "2026-13-01"])
def test_a_day_that_nobody_can_mean_is_refused(cast: Cast, day: str) -> None:
    assert cast.olga.client.get(cast.url(f"?day={day}")).status_code == 400


def test_strangers_anonymous_and_posts(cast: Cast) -> None:
    assert cast.stranger.client.get(cast.url()).status_code == 404
    assert cast.anonymous.get(cast.url()).status_code == 302
    assert cast.olga.client.post(cast.url()).status_code == 405


def test_the_service_level_stands_for_each_clock(cast: Cast, page: Page) -> None:
    move_to_yesterday(cast)
    at = yesterday_noon(cast)
    m.Call.objects.filter(verdict="answered", direction="inbound").update(
        signal_answered_at=at + 1000, agent_answered_at=at + 30_000
    )
    text = page(rest="?day=yesterday")
    assert "3 / 6" in text  # the exchange: three at once, three that it did not answer within 20 s
    assert "0 / 5" in text  # the operator: three after 30 s, two who waited in vain
    assert "<dd>–</dd>" in text  # no recordings, no voice


def test_a_chart_of_no_calls_is_none_and_hours_in_between_are_drawn() -> None:
    assert hours_chart({}, {}) is None
    drawn = str(hours_chart({9: (3, 1), 11: (1, 0)}, {10: (2, 0)}))
    assert drawn.count("<g>") == 3


def test_cases_of_nobody_do_not_spoil_the_sums_of_a_head(cast: Cast, page: Page) -> None:
    move_to_yesterday(cast)
    m.LostCase.objects.update(owner_team=None, owner_agent=None)
    text = page("maxim")
    assert "2 reached nobody." in text
    assert "of the 2 callers behind them" in text
    m.LostCase.objects.update(last_call=cast.calls["never_arrived"])
    assert "callers behind them" not in page("maxim")
