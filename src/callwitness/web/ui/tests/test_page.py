"""The shared page: menu by rights, language, theme, safety of the answer, pages that say what went wrong."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponseBase
from django.test import Client, RequestFactory
from django.urls import ResolverMatch

from callwitness.domain.errors import UsageError
from callwitness.ledger.access import Scope
from callwitness.web.ui.cast import Cast
from callwitness.web.ui.door import screen
from callwitness.web.ui.menu import menu_of


def screens(cast: Cast, who: str) -> set[str]:
    request = RequestFactory().get("/")
    request.resolver_match = ResolverMatch(lambda: None, (), {}, namespaces=["call"])
    menu = menu_of(request, cast.people[who].scope)
    return {item.screen for item in (*menu.row, *menu.more)}


def test_the_menu_shows_what_its_reader_may_open(cast: Cast) -> None:
    assert {"today", "calls", "lost", "settings"} <= screens(cast, "olga")
    assert "settings:audit" not in screens(cast, "olga")
    assert "settings:audit" in screens(cast, "andriy")
    assert not {"settings", "sources", "people", "numbers"} & screens(cast, "ivanna")
    assert not {"settings", "sources", "people"} & screens(cast, "marta")


def test_the_menu_counts_what_waits_and_knows_where_one_is(cast: Cast) -> None:
    request = RequestFactory().get("/")
    request.resolver_match = ResolverMatch(lambda: None, (), {}, namespaces=["call"])
    row = {item.screen: item for item in menu_of(request, cast.olga.scope).row}
    assert (row["lost"].count, row["findings"].count) == ("1", "3")
    assert row["calls"].here
    assert not row["today"].here


def test_every_answer_forbids_foreign_and_inline_code(cast: Cast) -> None:
    policy = cast.anonymous.get("/accounts/login/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_a_language_is_chosen_from_any_page_and_kept(cast: Cast) -> None:
    visitor = cast.anonymous
    answer = visitor.post("/choose/", {"language": "uk", "next": "/accounts/login/"})
    assert answer["Location"] == "/accounts/login/"
    assert 'lang="uk"' in visitor.get("/accounts/login/").content.decode()
    cast.olga.client.post("/choose/", {"language": "ru", "next": "/profile/"})
    assert 'lang="ru"' in cast.olga.client.get("/profile/").content.decode()
    cast.olga.user.refresh_from_db()
    assert cast.olga.user.language == "ru"


@pytest.mark.parametrize(
    "foreign", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"]
)
def test_a_choice_leads_nowhere_else(cast: Cast, foreign: str) -> None:
    assert cast.anonymous.post("/choose/", {"theme": "dark", "next": foreign})["Location"] == "/"


def test_a_theme_is_chosen_and_kept(cast: Cast) -> None:
    cast.olga.client.post("/choose/", {"theme": "dark", "next": "/"})
    assert 'data-theme="dark"' in cast.olga.client.get("/profile/").content.decode()
    cast.olga.client.post("/choose/", {"theme": "pink", "next": "/"})
    assert 'data-theme="dark"' in cast.olga.client.get("/profile/").content.decode()


def test_an_unknown_address_says_what_to_do(cast: Cast) -> None:
    answer = cast.olga.client.get("/w/acme/nowhere/")
    assert answer.status_code == 404
    assert "ask the owner" in answer.content.decode()


def test_a_failure_of_ours_is_told_in_the_readers_language(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = Client(raise_request_exception=False, headers={"Accept-Language": "uk"})
    visitor.force_login(cast.olga.user)
    monkeypatch.setattr("callwitness.ledger.access.workspaces", lambda _user: 1 / 0)
    answer = visitor.get("/")
    assert answer.status_code == 500
    assert 'lang="uk"' in answer.content.decode()


def test_a_form_without_its_token_is_refused_with_a_sentence(cast: Cast) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(cast.olga.user)
    answer = careful.post("/profile/", {"name": "X"})
    assert answer.status_code == 403
    assert "reload the page" in answer.content.decode()


class TestDoor:
    """What the decorator of every screen answers."""

    @staticmethod
    def ask(cast: Cast, who: str, method: str = "get", workspace: str = "acme", **headers: str) -> int:
        @screen("edit_settings")
        def view(_request: HttpRequest, _scope: Scope) -> HttpResponseBase:
            raise UsageError("nobody can mean this")

        request = getattr(RequestFactory(), method)("/", headers=headers)
        request.user = cast.people[who].user
        request.htmx = False
        request.session = {}
        request.resolver_match = None
        try:
            return int(view(request, workspace=workspace).status_code)
        except Exception as problem:  # noqa: BLE001 Http404 is what is looked for
            return {"Http404": 404}[type(problem).__name__]

    def test_strangers_and_the_absent_look_alike(self, cast: Cast) -> None:
        assert self.ask(cast, "stefan") == 404
        assert self.ask(cast, "olga", workspace="none") == 404
        assert self.ask(cast, "ivanna") == 404

    def test_a_wrong_method_is_told_only_to_who_may_come_in(self, cast: Cast) -> None:
        assert self.ask(cast, "olga", "post") == 405
        assert self.ask(cast, "stefan", "post") == 404

    def test_what_nobody_can_mean_is_a_sentence(self, cast: Cast) -> None:
        assert self.ask(cast, "olga") == 400
