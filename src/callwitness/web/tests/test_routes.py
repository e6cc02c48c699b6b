"""The walk: every route of the server, as everybody, with every method. A route without an expectation fails.

The hooks, health and metrics stand before Django and are no routes of it: their own tests walk them (web/hooks/tests,
web/health/tests).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from callwitness.ledger.access import RIGHTS
from callwitness.web.tests.walking import ANYTHING, Route, Things, walk
from callwitness.web.ui.cast import Cast, Person

pytestmark = pytest.mark.django_db

ROLES = ("owner", "head", "operator", "party", "auditor")
EXPECTED = """
today:index             GET       owner head operator party auditor
calls:index             GET       owner head operator party auditor
calls:news              GET       owner head operator party auditor
calls:totals            GET       owner head operator party auditor
calls:groups            GET       owner head operator party auditor
calls:group             GET       owner head operator party auditor
calls:values            GET       owner head operator party auditor
calls:change            GET       owner head operator party auditor
calls:export            GET       owner head operator party auditor
calls:save              POST      owner head operator party auditor
calls:edit              GET,POST  owner head operator party auditor
calls:delete            POST      owner head operator party auditor
call:index              GET       owner head operator party auditor
call:others             GET       owner head operator party auditor
call:witness            GET       owner head party auditor
call:line               GET       owner head party auditor
call:comment            POST      owner head operator party
call:recording          GET       owner head operator party auditor
call:download           GET       owner head
call:words              GET       owner head operator party auditor
lost:index              GET       owner head operator party auditor
lost:news               GET       owner head operator party auditor
lost:figures            GET       owner head operator party auditor
lost:card               GET       owner head operator party auditor
lost:act                POST      owner head operator
findings:index          GET       owner head party auditor
findings:note           POST      owner head
findings:finding        GET       owner head party auditor
doubtful:index          GET       owner head
doubtful:decide         POST      owner head
sources:index           GET       owner head auditor
sources:add             GET,POST  owner
sources:upload          GET,POST  owner head
sources:review          GET,POST  owner head
sources:one             GET       owner head auditor
sources:change          GET,POST  owner
sources:progress        GET       owner head auditor
sources:rejected        GET       owner head auditor
sources:replay          POST      owner
sources:replay_evidence POST      owner
sources:set_aside       POST      owner
sources:hook            POST      owner
sources:recordings      GET,POST  owner head
mine:index              GET       owner head operator auditor
people:index            GET       owner head auditor
people:adopt            POST      owner
people:import           GET,POST  owner
people:new_agent        GET,POST  owner
people:agent            GET       owner head auditor
people:edit_agent       GET,POST  owner
people:add_extension    POST      owner
people:end_extension    POST      owner
people:remove_extension POST      owner
people:new_team         GET,POST  owner
people:team             GET,POST  owner
people:remove_team      POST      owner
numbers:index           GET       owner head auditor
numbers:adopt           POST      owner
numbers:import          GET,POST  owner
numbers:new             GET,POST  owner
numbers:number          GET,POST  owner
numbers:remove          POST      owner
lines:index             GET       owner head auditor
lines:new               GET,POST  owner
lines:line              GET,POST  owner
lines:remove            POST      owner
lines:library           GET       owner head auditor
lines:sound             GET       owner head auditor
lines:piece             POST      owner
projects:index          GET       owner head auditor
projects:new            GET,POST  owner
projects:project        GET,POST  owner
projects:remove         POST      owner
settings:index          GET,POST  owner
settings:rules          GET,POST  owner
settings:speech         GET,POST  owner
settings:audit          GET       owner auditor
members:index           GET       owner
members:invite          GET,POST  owner
members:withdraw        POST      owner
members:member          GET,POST  owner
members:remove          POST      owner
members:password        POST      owner
exports:index           GET       owner head party
exports:add             GET,POST  owner head party
exports:edit            GET,POST  owner head party
exports:delete          POST      owner head party
exports:send            POST      owner head party
exports:file            GET       owner head party
"""
"""Below ``/w/<workspace>/``: route, methods, who is let in. Everybody else is told that there is no such page."""

ABSENT = frozenset({"sources:review", "lines:sound"})
"""An upload that nobody began, a sound that no library has: absent for those who are let in, too."""

OUTSIDE = """
home                                  302 302
choose                                405 405
profile                               302 200
sign_out_everywhere                   405 405
first                                 404 404
invited                               404 404
account_login                         200 302
account_logout                        302 200
account_inactive                      200 200
account_signup                        200 302
account_reauthenticate                302 200
account_email                         302 200
account_email_verification_sent       200 200
account_change_password               302 200
account_set_password                  302 302
account_reset_password                200 200
account_confirm_login_code            302 302
account_confirm_email                 200 200
account_reset_password_from_key_done  200 200
account_reset_password_from_key       200 200
account_reset_password_done           200 200
mfa_index                             302 200
mfa_authenticate                      302 302
mfa_reauthenticate                    302 302
mfa_activate_totp                     302 302
mfa_deactivate_totp                   302 404
mfa_view_recovery_codes               302 404
mfa_generate_recovery_codes           302 302
mfa_download_recovery_codes           302 404
usersessions_list                     302 200
health                                503 503
metrics                               200 200
"""
"""Routes of no workspace: what a GET gives to somebody signed out, and to a member. No worker runs here: not healthy.

Metrics are open to this machine; from elsewhere they ask for their token (web/health/tests).
"""

KEEPER = "admin"
"""Django's admin, for the keeper of the server: to everybody else it shows its door and nothing behind it."""

METHODS = ("GET", "POST", "PUT", "DELETE")
_FINE = frozenset({200, 204, 206, 302, 303, 400, 409, 413, 422})
"""What a screen may answer to whom it lets in; a form without its fields is 400 at most."""


ROUTES = tuple(walk(get_resolver()))
SCREENS = tuple(route for route in ROUTES if route.path.startswith("w/<slug:workspace>/"))
RULES = {
    name: (methods.split(","), set(roles))
    for name, methods, *roles in map(str.split, EXPECTED.strip().splitlines())
}
DOORS = {
    name: (int(signed_out), int(member))
    for name, signed_out, member in map(str.split, OUTSIDE.strip().splitlines())
}


@pytest.fixture
def things(cast: Cast, data: Path) -> Things:  # noqa: ARG001 opens the store
    return Things(cast)


class _Undo(Exception):
    """Nothing that a walker did stays."""


def ask(client: Client, method: str, address: str) -> int:
    """The status of an answer; whatever the request changed is undone."""
    status = 0
    client.raise_request_exception = False
    with contextlib.suppress(_Undo), transaction.atomic():
        answer = client.generic(method, address)
        status = answer.status_code
        answer.close()
        raise _Undo
    return status


def address(route: Route, workspace: str, values: dict[str, Any]) -> str:
    return reverse(route.name, kwargs={"workspace": workspace, **values})


def test_every_route_has_an_expectation_and_every_expectation_a_route() -> None:
    assert {route.name for route in SCREENS} == set(RULES)
    others = {route.name for route in ROUTES if route not in SCREENS and route.screen != KEEPER}
    assert others == set(DOORS)


def test_every_screen_stands_behind_the_door_with_a_right_that_exists() -> None:
    known = frozenset().union(*RIGHTS.values())
    for route in SCREENS:
        assert getattr(route.view, "right", None) in known, route.name
        assert sorted(getattr(route.view, "methods", ())) == sorted(RULES[route.name][0]), route.name


@pytest.mark.parametrize("screen", sorted({route.screen for route in SCREENS}))
def test_each_route_lets_in_whom_it_should_with_the_methods_it_should(things: Things, screen: str) -> None:
    wrong = []
    for route in SCREENS:
        if route.screen != screen:
            continue
        methods, allowed = RULES[route.name]
        for role, person in things.people.items():
            place = address(route, things.cast.workspace.slug, things.values(route, person))
            for method in METHODS:
                status = ask(person.client, method, place)
                if not fits(status, route, person, role in allowed, method in methods):
                    wrong.append(f"{method} {route.name} as {role}: {status}")
    assert not wrong


def fits(status: int, route: Route, person: Person, allowed: bool, meant: bool) -> bool:
    """Whether a status is what this route should answer.

    Who has the right, but not to this thing, may learn which methods the page has: that tells of no thing.
    """
    if not allowed:
        right = getattr(route.view, "right", "")
        return status == 404 or (status == 405 and not meant and person.scope.may(right))
    if not meant:
        return status == 405
    return status == 404 if route.name in ABSENT else status in _FINE


def test_strangers_find_nothing_and_the_signed_out_are_led_to_the_door(things: Things) -> None:
    wrong = []
    for route in SCREENS:
        place = address(route, things.cast.workspace.slug, things.values(route, things.cast.olga))
        for method in METHODS[:3]:
            as_stranger = ask(things.cast.stranger.client, method, place)
            signed_out = ask(things.cast.anonymous, method, place)
            if (as_stranger, signed_out) != (404, 302):
                wrong.append(f"{method} {route.name}: {as_stranger} to a stranger, {signed_out} signed out")
    assert not wrong


def test_ids_of_another_workspace_are_absent_in_every_place(things: Things) -> None:
    wrong = []
    for route in SCREENS:
        own = things.values(route, things.cast.olga)
        for part, foreign in things.values(route, None).items():
            if foreign == ANYTHING or (foreign == own[part]):
                continue
            place = address(route, things.cast.workspace.slug, {**own, part: foreign})
            wrong += [
                f"{method} {route.name} {part}: {status}"
                for method in RULES[route.name][0]
                if (status := ask(things.cast.olga.client, method, place)) != 404
            ]
    assert not wrong


def test_ids_that_nothing_has_are_absent(things: Things) -> None:
    wrong = []
    for route in SCREENS:
        own = things.values(route, things.cast.olga)
        for part, value in own.items():
            nothing: int | str = 2**40 if isinstance(value, int) else "nothing-has-this"
            place = address(route, things.cast.workspace.slug, {**own, part: nothing})
            wrong += [
                f"{method} {route.name} {part}: {status}"
                for method in RULES[route.name][0]
                if (status := ask(things.cast.olga.client, method, place)) not in (404, 400)
            ]
    assert not wrong


def test_no_change_without_a_token_of_the_page(things: Things) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(things.cast.olga.user)
    posts = [route for route in SCREENS if "POST" in RULES[route.name][0]]
    assert posts
    for route in posts:
        place = address(route, things.cast.workspace.slug, things.values(route, things.cast.olga))
        assert ask(browser, "POST", place) == 403, route.name


def test_pages_of_accounts_open_to_whom_they_should(things: Things) -> None:
    found = {}
    for route in ROUTES:
        if route.name not in DOORS:
            continue
        values: dict[str, str] = {"token": "x" * 43} if "token" in route.parts else {}
        if "confirm-email/(?P<key>" in route.path:
            values = {"key": "x"}
        elif "(?P<uidb36>" in route.path:
            values = {"uidb36": "1", "key": "x-y"}
        place = reverse(route.name, kwargs=values)
        clients = (things.cast.anonymous, things.cast.ivanna.client)
        found[route.name] = tuple(ask(client, "GET", place) for client in clients)
    assert found == DOORS


def test_the_keepers_rooms_show_everybody_else_the_door_alone(things: Things) -> None:
    wrong = []
    for route in ROUTES:
        if route.screen != KEEPER or route.name in (f"{KEEPER}:login", f"{KEEPER}:logout"):
            continue
        place = "/keeper/" + "".join(
            "1" if piece.startswith("<") else piece for piece in _pieces(route.path.removeprefix("keeper/"))
        )
        for client in (things.cast.olga.client, things.cast.ivanna.client, things.cast.anonymous):
            for method in ("GET", "POST"):
                status = ask(client, method, place)
                if status not in (302, 404):
                    wrong.append(f"{method} {place}: {status}")
    assert not wrong


def _pieces(path: str) -> Iterator[str]:
    """Text and ``<parts>`` of a pattern; what is a regular expression becomes a word."""
    if path.startswith(("^", "(")):
        yield "auth/" if "app_label" in path else "nothing/"
        return
    for piece in path.replace(">", "<").split("<"):
        yield f"<{piece}" if ":" in piece else piece
