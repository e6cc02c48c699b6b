"""Fragments of the Calls screen: totals, groups, values, changes."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from django.test import Client

from callwitness.web.ui.cast import Cast


def _get(client: Client, cast: Cast, address: str) -> str:
    answer = client.get(cast.url(f"calls/{address}"))
    assert answer.status_code == 200, answer.content[:400]
    return answer.content.decode()


def test_totals_are_those_of_the_readers_own_calls(shown: Cast) -> None:
    assert "8 calls · 6 people" in _get(shown.olga.client, shown, "totals/?period=all")
    assert "4 calls" in _get(shown.ivanna.client, shown, "totals/?period=all")
    assert "5 calls" in _get(shown.agency.client, shown, "totals/?period=all")
    assert "6 calls" in _get(shown.maxim.client, shown, "totals/?period=all")


def test_groups_show_their_totals_and_open_into_their_calls(shown: Cast) -> None:
    page = _get(shown.olga.client, shown, "groups/?period=all&group=queue")
    assert "sales" in page
    opened = re.findall(r'hx-get="(group/[^"]+)"', page)
    assert len(opened) == 3
    calls = [
        set(re.findall(r"/call/([^/\"]+)/", _get(shown.olga.client, shown, each.replace("&amp;", "&"))))
        for each in opened
    ]
    assert sorted(map(len, calls)) == [1, 3, 4]
    assert len(set.union(*calls)) == 8


def test_a_marketer_cannot_group_by_people(shown: Cast) -> None:
    assert shown.agency.client.get(shown.url("calls/groups/?group=agent")).status_code == 400


def test_values_suggest_what_there_is(shown: Cast) -> None:
    page = _get(shown.olga.client, shown, "values/?period=all&_column=queue")
    assert 'value="sales"' in page
    page = _get(shown.olga.client, shown, "values/?period=all&_column=verdict")
    assert "never reached the office" in page
    page = _get(shown.olga.client, shown, "values/?period=all&_column=wait_s")
    assert "at least" in page
    for column in ("recorded", "caller", "flags", "day", "findings", "project", "call_id"):
        _get(shown.olga.client, shown, f"values/?period=all&_column={column}")
    assert shown.olga.client.get(shown.url("calls/values/?_column=nothing")).status_code == 400
    assert shown.agency.client.get(shown.url("calls/values/?_column=agent")).status_code == 400


def _led_to(cast: Cast, query: str) -> dict[str, list[str]]:
    answer = cast.olga.client.get(cast.url(f"calls/change/?{query}"))
    assert answer.status_code == 302
    assert urlsplit(answer["Location"]).path == cast.url("calls/")
    return parse_qs(urlsplit(answer["Location"]).query, keep_blank_values=True)


def test_a_filter_is_added_to_the_view(shown: Cast) -> None:
    base = "period=all&queue=sales&_what=filter"
    assert _led_to(shown, f"{base}&_column=queue&_operation=is&_value=support")["queue"] == [
        "sales",
        "support",
    ]
    assert _led_to(shown, f"{base}&_column=wait_s&_operation=min&_value=30")["wait_s.min"] == ["30"]
    assert _led_to(shown, f"{base}&_column=agent&_operation=empty&_value=")["agent.empty"] == ["yes"]
    assert "agent" not in _led_to(shown, f"{base}&_column=agent&_operation=is&_value=")
    refused = shown.olga.client.get(shown.url(f"calls/change/?{base}&_column=x&_operation=is&_value=1"))
    assert refused.status_code == 400


def test_columns_come_in_the_order_they_were_dragged_to(shown: Cast) -> None:
    found = _led_to(shown, "period=all&_what=columns&_shown=verdict&_shown=caller")
    assert found["columns"] == ["verdict,caller"]
    assert shown.olga.client.get(shown.url("calls/change/?_what=columns")).status_code == 400


def test_own_dates_become_the_period(shown: Cast) -> None:
    found = _led_to(shown, "period=all&_what=dates&_first=2026-11-01&_last=2026-11-30")
    assert found["period"] == ["2026-11-01..2026-11-30"]
    assert shown.olga.client.get(shown.url("calls/change/?_what=dates&_first=x&_last=y")).status_code == 400
