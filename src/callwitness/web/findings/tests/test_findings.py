"""Findings on the screen: lists, one finding, notes about one or many."""

from __future__ import annotations

import pytest

from callwitness.ledger import models as m
from callwitness.web.ui.cast import Cast


def page(cast: Cast, who: str, rest: str = "") -> str:
    answer = cast.people[who].client.get(cast.url(f"findings/{rest}"))
    assert answer.status_code == 200
    return answer.content.decode()


def note(cast: Cast, who: str, *keys: str, **data: str) -> int:
    return cast.people[who].client.post(cast.url("findings/note/"), {"key": keys, **data}).status_code


def state(key: str) -> str:
    return m.Finding.objects.get(key=key).state


def test_a_sentence_a_kind_comes_first(cast: Cast) -> None:
    text = page(cast, "olga")
    assert "1 call never reached the office" in text
    assert "1 answer is claimed by one source and denied by another" in text
    assert "1 time a source fell silent" in text


def test_filters_narrow_the_list(cast: Cast) -> None:
    for rest in ("?kind=never_arrived", "?severity=critical", "?bears=office&kind=never_arrived"):
        text = page(cast, "olga", rest)
        assert "f-arrival" in text
        assert "f-disputed" not in text
    assert "f-arrival" not in page(cast, "olga", "?state=closed")
    assert "f-arrival" not in page(cast, "olga", "?period=2020-01-01")
    assert "f-arrival" in page(cast, "olga", "?source=mango&state=all&period=all")


@pytest.mark.parametrize("rest", ["?kind=x", "?state=x", "?period=x", "?bears=x", "?severity=x"])
def test_a_filter_that_nobody_can_mean_is_refused(cast: Cast, rest: str) -> None:
    assert cast.olga.client.get(cast.url(f"findings/{rest}")).status_code == 400


def test_a_head_sees_those_of_his_calls_only(cast: Cast) -> None:
    text = page(cast, "maxim")
    assert "f-disputed" in text
    assert "f-silent" not in text
    assert cast.maxim.client.get(cast.url("findings/f-silent/")).status_code == 404


def test_operators_strangers_and_anonymous_find_nothing(cast: Cast) -> None:
    for rest in ("findings/", "findings/f-arrival/"):
        assert cast.ivanna.client.get(cast.url(rest)).status_code == 404
        assert cast.stranger.client.get(cast.url(rest)).status_code == 404
        assert cast.anonymous.get(cast.url(rest)).status_code == 302
        assert cast.olga.client.post(cast.url(rest)).status_code == 405
    assert cast.olga.client.get(cast.url("findings/note/")).status_code == 405


def test_one_finding_shows_both_sides_and_its_call(cast: Cast) -> None:
    text = page(cast, "olga", "f-disputed/")
    assert "/call/c-abandoned/" in text
    assert "mango" in text
    assert "exchange" in text


def test_selected_findings_are_closed_together_and_the_text_is_kept(cast: Cast) -> None:
    assert (
        note(cast, "olga", "f-arrival", "f-disputed", state="closed", text="talked with the provider") == 302
    )
    assert (state("f-arrival"), state("f-disputed"), state("f-silent")) == ("closed", "closed", "open")
    assert "talked with the provider" in page(cast, "olga", "f-arrival/")
    assert m.FindingNote.objects.count() == 2


def test_a_head_closes_only_what_is_his(cast: Cast) -> None:
    assert note(cast, "maxim", "f-disputed", "f-silent", state="closed") == 302
    assert (state("f-disputed"), state("f-silent")) == ("closed", "open")
    assert note(cast, "maxim", "f-silent", state="closed") == 404


@pytest.mark.parametrize("who", ["andriy", "marta", "ivanna", "stefan"])
def test_who_may_not_note_finds_nothing(cast: Cast, who: str) -> None:
    assert note(cast, who, "f-disputed", state="closed") == 404
    assert state("f-disputed") == "open"


def test_a_state_nobody_knows_is_refused(cast: Cast) -> None:
    assert note(cast, "olga", "f-disputed", state="burned") == 400


def test_the_way_back_leads_to_this_screen_only(cast: Cast) -> None:
    for back in ("https://evil.example/", "//evil.example", "kind=never_arrived"):
        data = {"key": "f-disputed", "state": "seen", "back": back}
        answer = cast.olga.client.post(cast.url("findings/note/"), data)
        assert answer["Location"].startswith(cast.url("findings/"))


def test_html_of_values_and_notes_stays_text(cast: Cast) -> None:
    evil = "<script>alert(1)</script>"
    m.Finding.objects.filter(key="f-disputed").update(left_value=evil)
    note(cast, "olga", "f-disputed", state="seen", text=evil)
    for rest in ("?state=all", "f-disputed/"):
        assert evil not in page(cast, "olga", rest)


def test_numbers_are_masked_where_the_role_says_so(cast: Cast) -> None:
    m.Membership.objects.filter(user=cast.maxim.user).update(mask_numbers=True)
    m.Finding.objects.filter(key="f-disputed").update(kind="caller_mismatch", left_value="+380500001234")
    for rest in ("", "f-disputed/"):
        text = page(cast, "maxim", rest)
        assert "+380500001234" not in text
        assert "00 12 34" not in text
    m.Finding.objects.filter(key="f-disputed").update(left_value="0500001234", right_value="abandoned")
    for rest in ("", "f-disputed/"):
        assert "0500001234" not in page(cast, "maxim", rest)


def evidence_of_disputed(cast: Cast) -> None:
    """The exchange's side is proved by a row of a file whose bytes are gone."""
    kept = m.Evidence.objects.create(
        source=cast.sources["exchange"],
        sha256="0" * 64,
        name="Master.csv",
        size=9,
        how="upload",
        arrived_at=cast.now,
    )
    m.Record.objects.create(
        source=cast.sources["exchange"], evidence=kept, record_id="r1", file="Master.csv", row="7", kind="cdr",
        witness="cdr", native_call_id="1",
    )  # fmt: skip
    m.Finding.objects.filter(key="f-disputed").update(right_record="r1")


def test_the_row_that_proves_a_side_is_named_even_when_its_bytes_are_gone(cast: Cast) -> None:
    evidence_of_disputed(cast)
    assert "Master.csv, row 7" in page(cast, "olga", "f-disputed/")


def test_the_insides_of_the_other_side_stay_closed(cast: Cast) -> None:
    evidence_of_disputed(cast)
    assert "Master.csv" in page(cast, "roman", "f-disputed/")  # the exchange is the client's own
    assert "Master.csv" not in page(cast, "marta", "f-disputed/")


def test_the_menu_counts_what_the_list_shows(cast: Cast) -> None:
    tally = '<span class="tally">{}</span></a></li>'
    assert tally.format(3) in page(cast, "olga")
    m.Finding.objects.filter(key="f-arrival").update(at=cast.now - 40 * 86_400_000)
    text = page(cast, "olga")
    assert tally.format(2) in text
    assert "f-arrival" not in text


@pytest.mark.parametrize(
    ("code", "value", "said"),
    [
        ("clock_offset", "+47.8", "47.8 s ahead"),
        ("clock_offset", "-44.2 s", "44.2 s behind"),
        ("zone_wrong", "+7200", "2 h 00 min ahead"),
        ("clock_step", "-61.0", "put back by 61 s"),
    ],
)
def test_a_clock_that_is_off_says_how_far_and_which_way(cast: Cast, code: str, value: str, said: str) -> None:
    m.Finding.objects.filter(key="f-silent").update(
        kind="clock_off", left_value=value, right_source="", reasons=[{"code": code, "params": {}}]
    )
    assert said in page(cast, "olga")
    assert said in page(cast, "olga", "f-silent/")


def test_a_silence_says_how_long(cast: Cast) -> None:
    m.Finding.objects.filter(key="f-silent").update(left_value="0", right_source="")
    assert "silent for 3 h 20 min" in page(cast, "olga")
