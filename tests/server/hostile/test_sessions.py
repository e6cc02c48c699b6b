"""Cookies, tokens and one-time links that somebody made up, changed, or kept for too long."""

from __future__ import annotations

from typing import Final

import pytest
from django.conf import settings
from django.test import Client

from callwitness.ledger import models as m
from callwitness.web.accounts import links
from callwitness.web.accounts.models import OneTimeLink
from callwitness.web.ui.cast import PASSWORD, Cast
from tests.server.hostile.given import TEXTS, quoted

pytestmark = pytest.mark.django_db

NEW: Final = "another horse entirely"


def test_a_cookie_that_is_not_ours_is_nobody(cast: Cast) -> None:
    real = cast.olga.client.cookies[settings.SESSION_COOKIE_NAME].value
    for text in (
        real[:-1],
        real[::-1],
        real + "x",
        real.upper(),
        *(text for text in TEXTS if text.isprintable() and text.isascii()),
    ):
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = text
        client.cookies[settings.CSRF_COOKIE_NAME] = text
        client.cookies["callwitness_theme"] = text
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = text
        assert client.get(cast.url()).status_code == 302, text[:40]
        assert client.get("/accounts/login/").status_code == 200


def test_other_sessions_end_with_the_password(cast: Cast) -> None:
    elsewhere = Client()
    elsewhere.force_login(cast.ivanna.user)
    assert elsewhere.get(cast.url()).status_code == 200
    cast.ivanna.user.set_password(NEW)
    cast.ivanna.user.save()
    assert elsewhere.get(cast.url()).status_code == 302
    assert cast.ivanna.client.get(cast.url()).status_code == 302


def test_a_session_ends_with_the_account_and_with_the_membership(cast: Cast) -> None:
    assert cast.ivanna.membership is not None
    cast.ivanna.membership.delete()
    assert cast.ivanna.client.get(cast.url()).status_code == 404
    type(cast.maxim.user).objects.filter(pk=cast.maxim.user.pk).update(is_active=False)
    assert cast.maxim.client.get(cast.url()).status_code == 302


def test_passwords_are_not_guessed_for_long(cast: Cast) -> None:
    client, seen = Client(), set[int]()
    for number in range(30):
        answer = client.post(
            "/accounts/login/", {"login": cast.olga.user.email, "password": f"guess {number}"}
        )
        seen.add(answer.status_code)
    assert seen <= {200, 429}
    answer = client.post("/accounts/login/", {"login": cast.olga.user.email, "password": PASSWORD})
    assert answer.status_code in (200, 429)
    assert client.get(cast.url()).status_code == 302


def test_links_work_once_in_time_and_as_they_were_made(cast: Cast) -> None:
    link, token = links.make(links.Place(cast.workspace, m.Membership.AUDITOR), "new@callwitness.example")
    for wrong in (token[:-1], token[::-1], token + "x", token.swapcase(), "%00", "%ff", "9" * 5000):
        assert Client().get(f"/invited/{wrong}/").status_code == 404, wrong[:40]
        assert Client().get(f"/first/{wrong}/").status_code == 404, wrong[:40]
    assert Client().get(f"/first/{token}/").status_code == 404
    OneTimeLink.objects.filter(pk=link.pk).update(until_at=links.now() - 1)
    assert Client().get(f"/invited/{token}/").status_code == 404
    OneTimeLink.objects.filter(pk=link.pk).update(until_at=links.now() + 60_000)
    form = {"name": "New", "email": "new@callwitness.example", "password": NEW}
    assert Client().post(f"/invited/{token}/", form).status_code == 302
    members = m.Membership.objects.filter(workspace=cast.workspace).count()
    again = Client().post(f"/invited/{token}/", form | {"email": "second@callwitness.example"})
    assert again.status_code == 404
    assert m.Membership.objects.filter(workspace=cast.workspace).count() == members


def test_a_link_cannot_be_turned_into_a_better_place(cast: Cast) -> None:
    _, token = links.make(links.Place(cast.workspace, m.Membership.AUDITOR), "new@callwitness.example")
    form = {"name": "New", "email": "new@callwitness.example", "password": NEW, "role": "owner",
            "workspace": cast.other_workspace.pk, "is_superuser": "on", "mask_numbers": ""}  # fmt: skip
    assert Client().post(f"/invited/{token}/", form).status_code == 302
    made = m.Membership.objects.select_related("user").get(user__email="new@callwitness.example")
    assert (made.role, made.workspace) == (m.Membership.AUDITOR, cast.workspace)
    assert not made.user.is_superuser


def test_links_are_not_guessed_for_long(cast: Cast) -> None:  # noqa: ARG001 limits begin at zero
    answers = {Client().get(f"/invited/{number:043}/").status_code for number in range(40)}
    assert answers == {404, 429}


@pytest.mark.parametrize(
    "text",
    ["//evil.example/", "http://evil.example", "javascript:alert(7)", "/\\evil.example", "\t//evil.example"],
)
def test_nobody_is_led_away_after_signing_in_or_choosing(cast: Cast, text: str) -> None:
    answer = Client().post(
        f"/accounts/login/?next={quoted(text)}",
        {"login": cast.olga.user.email, "password": PASSWORD, "next": text},
    )
    assert "evil" not in answer.headers.get("Location", "")
    assert "javascript" not in answer.headers.get("Location", "")
    chosen = Client().post("/choose/", {"language": "uk", "next": text})
    assert chosen.status_code in (302, 303)
    assert chosen.headers["Location"].startswith("/")
    assert not chosen.headers["Location"].startswith(("//", "/\\"))
