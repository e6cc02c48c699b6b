"""The page of a call."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from callwitness.ledger import models as m
from callwitness.web.call.tests.conftest import add_legs, add_recording
from callwitness.web.ui.cast import Cast


def _page(client: Client, cast: Cast, name: str = "abandoned") -> str:
    answer = client.get(cast.url(f"call/c-{name}/"))
    assert answer.status_code == 200, answer.content[:400]
    return answer.content.decode()


def test_it_says_what_happened_and_why(shown: Cast) -> None:
    page = _page(shown.olga.client, shown)
    assert "Nobody answered; the wait was 0:41, in the queue." in page
    assert "Queue log: the caller leaves the queue sales after 41 s." in page
    assert "Answer disputed" in page
    assert 'href="tel:+380500001234"' in page


@pytest.mark.parametrize("name", ["answered", "missed", "never_arrived", "outbound", "internal", "support"])
def test_every_kind_of_call_has_a_page(shown: Cast, name: str) -> None:
    assert "<h1>" in _page(shown.olga.client, shown, name)


def test_legs_stand_on_one_axis(shown: Cast) -> None:
    add_legs(shown.calls["abandoned"])
    page = _page(shown.olga.client, shown)
    assert '<svg class="ladder"' in page
    assert "queue sales" in page
    assert "Ivanna" in page


def test_the_other_side_sees_no_insides(shown: Cast) -> None:
    add_legs(shown.calls["abandoned"])
    page = _page(shown.agency.client, shown)
    assert '<svg class="ladder"' in page
    assert "Ivanna" not in page
    assert "queue sales" not in page
    assert "SIP/trunk-1" not in page
    assert "Queue log: the caller leaves the queue after 41 s." in page
    assert "Ivanna" in _page(shown.client_side.client, shown)


def test_a_call_that_is_not_yours_is_absent(shown: Cast) -> None:
    for client, name in (
        (shown.ivanna.client, "c-support"),
        (shown.agency.client, "c-other_project"),
        (shown.stranger.client, "c-answered"),
        (shown.olga.client, "c-foreign"),
        (shown.olga.client, "nothing"),
    ):
        assert client.get(shown.url(f"call/{name}/")).status_code == 404, name
    assert shown.anonymous.get(shown.url("call/c-answered/")).status_code == 302
    assert shown.olga.client.post(shown.url("call/c-answered/")).status_code == 405


def test_an_id_from_before_calls_merged_leads_on(shown: Cast) -> None:
    m.CallAlias.objects.create(
        workspace=shown.workspace, public_id="c-old", call=shown.calls["answered"], since=shown.now
    )
    answer = shown.olga.client.get(shown.url("call/c-old/"))
    assert answer.status_code == 302
    assert answer["Location"] == shown.url("call/c-answered/")


def test_html_in_names_is_inert(shown: Cast) -> None:
    evil = '<img src=x onerror="1">'
    call = shown.add_call("evil", "busy", 5, caller=evil, queue=evil, agent=evil, trunk=evil)
    m.Comment.objects.create(
        call=call, anchor_source=call.anchor_source, anchor_native_id="x", text=evil, at=shown.now
    )
    page = _page(shown.olga.client, shown, "evil")
    assert "<img" not in page
    assert "&lt;img" in page


def test_history_says_what_changed_and_because_of_what(shown: Cast) -> None:
    call = shown.calls["abandoned"]
    evidence = m.Evidence.objects.create(
        source=shown.sources["exchange"],
        sha256="0" * 64,
        name="queue_log-21",
        size=1,
        how="upload",
        arrived_at=shown.now,
    )
    m.CallVersion.objects.create(
        call=call, number=2, at=shown.now, evidence=[evidence.pk],
        changes={"verdict": ["answered", "abandoned_in_queue"], "agent": ["Petro", ""], "wait_s": [18.0, 41.0]},
    )  # fmt: skip
    page = re.sub(r"<[^>]+>", "", _page(shown.olga.client, shown))
    assert "Verdict: answered → left the queue" in page
    assert "Wait: 0:18 → 0:41" in page
    assert "queue_log-21" in page
    theirs = re.sub(r"<[^>]+>", "", _page(shown.agency.client, shown))
    assert "Verdict: answered → left the queue" in theirs
    assert "Petro" not in theirs
    assert "queue_log-21" not in theirs


def test_recordings_are_for_whoever_may_listen(shown: Cast) -> None:
    add_recording(shown, shown.calls["abandoned"])
    page = _page(shown.olga.client, shown)
    assert "<audio" in page
    assert "data-wave" in page
    assert "download/" in page
    assert "download/" not in _page(shown.agency.client, shown)


def test_the_lost_case_of_a_call_is_shown(shown: Cast) -> None:
    page = _page(shown.olga.client, shown)
    assert "Lost caller" in page
    assert "3 tries" in page


def test_other_calls_of_the_number_in_both_directions(shown: Cast) -> None:
    answer = shown.olga.client.get(shown.url("call/c-abandoned/others/"))
    assert b"c-outbound" in answer.content
    assert b"c-answered" not in answer.content
    theirs = shown.agency.client.get(shown.url("call/c-abandoned/others/"))
    assert b"c-outbound" not in theirs.content
    assert shown.stranger.client.get(shown.url("call/c-abandoned/others/")).status_code == 404
    assert shown.olga.client.post(shown.url("call/c-abandoned/others/")).status_code == 405
    assert shown.anonymous.get(shown.url("call/c-abandoned/others/")).status_code == 302


def test_numbers_are_masked_for_whom_they_are_masked(shown: Cast) -> None:
    m.Membership.objects.filter(user=shown.olga.user).update(mask_numbers=True)
    m.CallVersion.objects.create(
        call=shown.calls["abandoned"],
        number=2,
        at=shown.now,
        changes={"caller": ["+380500007777", "+380500001234"]},
    )
    page = _page(shown.olga.client, shown)
    assert "380500001234" not in page
    assert "7777" not in page
    m.Finding.objects.update(kind="caller_mismatch", left_value="+380500007777", right_value="+380500001234")
    reason = {
        "code": "differs",
        "params": {"field": "caller", "left": "+380500007777", "right": "+380500001234"},
    }
    m.Call.objects.update(reasons=[reason])
    page = _page(shown.olga.client, shown)
    assert "The two sides differ." in page
    assert "Original lines" not in page
    assert "7777" not in page
    others = shown.olga.client.get(shown.url("call/c-abandoned/others/")).content
    assert b"380500001234" not in others
