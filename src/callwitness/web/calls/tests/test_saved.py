"""Saved views."""

from __future__ import annotations

from typing import Any

from callwitness.ledger import models as m
from callwitness.web.ui.cast import Cast, Person


def _save(
    cast: Cast, who: Person, name: str, query: str = "?period=all&verdict=busy", **given: Any
) -> m.SavedView:
    answer = who.client.post(cast.url(f"calls/views/save/{query}"), {"name": name, **given})
    assert answer.status_code == 302, answer.content[:300]
    return m.SavedView.objects.get(owner=who.user, name=name)


def test_a_view_is_saved_opened_and_written_over(shown: Cast) -> None:
    view = _save(shown, shown.olga, "Busy")
    assert view.query == "period=all&verdict=busy"
    page = shown.olga.client.get(shown.url(f"calls/?saved={view.pk}")).content.decode()
    assert "<h1>Busy" in page
    assert "Verdict: busy" in page
    again = _save(shown, shown.olga, "Busy", "?period=all&verdict=failed")
    assert again.pk == view.pk
    page = shown.olga.client.get(shown.url(f"calls/?period=all&saved={view.pk}")).content.decode()
    assert "changed" in page


def test_a_shared_view_is_everybodys_and_an_own_one_is_not(shown: Cast) -> None:
    own, shared = _save(shown, shown.olga, "Own"), _save(shown, shown.olga, "Shared", shared="on")
    assert shown.maxim.client.get(shown.url(f"calls/?saved={shared.pk}")).status_code == 200
    assert shown.maxim.client.get(shown.url(f"calls/?saved={own.pk}")).status_code == 404
    assert shown.stranger.client.get(f"/w/other/calls/?saved={shared.pk}").status_code == 404


def test_who_may_not_share_saves_for_himself(shown: Cast) -> None:
    assert not _save(shown, shown.ivanna, "Mine", shared="on").shared


def test_colours_are_kept_and_colour_rows(shown: Cast) -> None:
    view = _save(shown, shown.olga, "All", "?period=all")
    form = {"name": "All calls", "column": ["verdict", "wait_s", ""], "operation": ["is", "min", "is"],
            "value": ["never_arrived", "40", ""], "colour": ["lost", "nobody", "ok"]}  # fmt: skip
    assert shown.olga.client.post(shown.url(f"calls/views/{view.pk}/"), form).status_code == 302
    view.refresh_from_db()
    assert view.name == "All calls"
    assert [rule["colour"] for rule in view.colours] == ["lost", "nobody"]
    page = shown.olga.client.get(shown.url(f"calls/?saved={view.pk}")).content.decode()
    assert page.count("paint-lost") == 1
    assert page.count("paint-nobody") >= 1
    assert shown.olga.client.get(shown.url(f"calls/views/{view.pk}/")).status_code == 200


def test_a_rule_that_cannot_hold_is_refused(shown: Cast) -> None:
    view = _save(shown, shown.olga, "All", "?period=all")
    form = {"name": "All", "column": ["verdict"], "operation": ["min"], "value": ["1"], "colour": ["lost"]}
    assert shown.olga.client.post(shown.url(f"calls/views/{view.pk}/"), form).status_code == 400


def test_only_its_owner_changes_a_view(shown: Cast) -> None:
    view = _save(shown, shown.olga, "Shared", shared="on")
    for path in (f"calls/views/{view.pk}/", f"calls/views/{view.pk}/delete/"):
        assert shown.maxim.client.post(shown.url(path), {"name": "x"}).status_code == 404
    assert shown.olga.client.get(shown.url(f"calls/views/{view.pk}/delete/")).status_code == 405
    assert shown.olga.client.post(shown.url(f"calls/views/{view.pk}/delete/")).status_code == 302
    assert not m.SavedView.objects.exists()


def test_a_view_without_a_name_is_refused(shown: Cast) -> None:
    assert shown.olga.client.post(shown.url("calls/views/save/?period=all"), {"name": " "}).status_code == 400
    assert shown.stranger.client.post(shown.url("calls/views/save/"), {"name": "x"}).status_code == 404
    assert shown.anonymous.post(shown.url("calls/views/save/"), {"name": "x"}).status_code == 302
    assert shown.olga.client.get(shown.url("calls/views/save/")).status_code == 405
