"""Signing in and out: password, second factor, everywhere, limits, and what the audit keeps of it."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from callwitness.ledger import models as m
from callwitness.web.ui.cast import PASSWORD, Cast


def sign_in(client: Client, name: str, password: str = PASSWORD) -> int:
    given = {"login": f"{name}@callwitness.example", "password": password}
    return int(client.post("/accounts/login/", given).status_code)


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def code(secret: str) -> str:
    return str(totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30)))


def second_factor(cast: Cast) -> str:
    client = cast.olga.client
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r'<code class="anywhere">(\w+)</code>', page)
    assert secret is not None
    assert "data:image/svg+xml" in page
    client.post("/accounts/2fa/totp/activate/", {"code": code(secret[1])})
    return secret[1]


def test_a_password_signs_in_and_the_audit_knows(cast: Cast) -> None:
    visitor = cast.anonymous
    assert sign_in(visitor, "olga") == 302
    assert signed_in(visitor)
    noted = m.Audit.objects.get(workspace=cast.workspace, action="sign_in")
    assert (noted.user, noted.address) == (cast.olga.user, "127.0.0.1")


def test_a_wrong_password_is_refused_like_an_unknown_address(cast: Cast) -> None:
    visitor = cast.anonymous
    texts = []
    for name in ("olga", "nobody"):
        given = {"login": f"{name}@callwitness.example", "password": "wrong wrong wrong"}
        page = visitor.post("/accounts/login/", given).content.decode()
        texts.append(re.findall(r'class="message error">.*?<span>(.*?)</span>', page, re.DOTALL))
    assert texts[0] == texts[1] != []
    assert m.Audit.objects.filter(action="sign_in.failed").count() == 1


def test_too_many_wrong_passwords_close_the_account_for_a_while(cast: Cast) -> None:
    visitor = cast.anonymous
    for _try in range(6):
        sign_in(visitor, "olga", "wrong wrong wrong")
    sign_in(visitor, "olga")
    assert not signed_in(visitor)


def test_who_is_switched_off_cannot_sign_in(cast: Cast) -> None:
    cast.olga.user.is_active = False
    cast.olga.user.save()
    visitor = cast.anonymous
    sign_in(visitor, "olga")
    assert not signed_in(visitor)
    assert cast.olga.client.get(cast.url()).status_code == 302


def test_nobody_signs_up_by_himself(cast: Cast) -> None:
    answer = cast.anonymous.post(
        "/accounts/signup/", {"email": "x@callwitness.example", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert "invitation" in answer.content.decode()
    assert len(cast.people) == type(cast.olga.user).objects.count()


def test_a_second_factor_is_asked_for_after_the_password(cast: Cast) -> None:
    secret = second_factor(cast)
    Authenticator.objects.filter(type="totp").update(last_used_at=None)
    visitor = cast.anonymous
    sign_in(visitor, "olga")
    assert not signed_in(visitor)
    assert "authenticator" in visitor.get("/accounts/2fa/authenticate/").content.decode()
    visitor.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert not signed_in(visitor)
    cache.clear()  # the code was used a moment ago to switch it on, and may be used once only
    visitor.post("/accounts/2fa/authenticate/", {"code": code(secret)})
    assert signed_in(visitor)


def test_a_recovery_code_lets_in_once(cast: Cast) -> None:
    second_factor(cast)
    page = cast.olga.client.get("/accounts/2fa/recovery-codes/").content.decode()
    listed = re.search(r"<pre>(.*?)</pre>", page, re.DOTALL)
    assert listed is not None
    first = listed[1].split()[0]
    for expected in (True, False):
        visitor = cast.anonymous
        sign_in(visitor, "olga")
        visitor.post("/accounts/2fa/authenticate/", {"code": first})
        assert signed_in(visitor) is expected


def test_the_second_factor_is_switched_off_only_with_the_password(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        second_factor(cast)
    assert m.Audit.objects.filter(action="second_factor.add", user=cast.olga.user).exists()
    elsewhere = Client()
    elsewhere.force_login(cast.olga.user)
    assert "reauthenticate" in elsewhere.post("/accounts/2fa/totp/deactivate/")["Location"]
    cast.olga.client.post("/accounts/2fa/totp/deactivate/", {})
    assert not Authenticator.objects.filter(user=cast.olga.user, type="totp").exists()


@pytest.mark.usefixtures("cast")
def test_signing_out_everywhere_ends_every_session() -> None:
    phone, office = Client(), Client()
    for client in (phone, office):
        sign_in(client, "olga")
        client.get("/profile/")
    assert "2 devices" in office.get("/accounts/sessions/").content.decode()
    office.post("/sign-out-everywhere/")
    assert phone.get("/profile/").status_code == 302
    assert office.get("/profile/").status_code == 302


@pytest.mark.usefixtures("cast")
def test_other_devices_alone_can_be_signed_out() -> None:
    phone, office = Client(), Client()
    for client in (phone, office):
        sign_in(client, "olga")
        client.get("/profile/")
    office.post("/accounts/sessions/")
    assert phone.get("/profile/").status_code == 302
    assert office.get("/profile/").status_code == 200


@pytest.mark.usefixtures("cast")
def test_a_new_password_signs_out_the_others() -> None:
    phone, office = Client(), Client()
    for client in (phone, office):
        sign_in(client, "olga")
    new = "another sentence to keep"
    office.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert phone.get("/profile/").status_code == 302
    assert office.get("/profile/").status_code == 200
    assert m.Audit.objects.filter(action="password.change").exists()


def test_a_forgotten_password_without_a_mail_server_says_who_can_help(cast: Cast) -> None:
    assert "Ask the owner" in cast.anonymous.get("/accounts/password/reset/").content.decode()


def test_a_forgotten_password_is_mailed_by_the_worker(cast: Cast) -> None:
    cast.anonymous.post("/accounts/password/reset/", {"email": "olga@callwitness.example"})
    mail = m.Mail.objects.get(to="olga@callwitness.example")
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", mail.text)
    assert link is not None
    visitor = cast.anonymous
    place = visitor.get(link[1])["Location"]
    new = "another sentence to keep"
    visitor.post(place, {"password1": new, "password2": new})
    assert sign_in(cast.anonymous, "olga", new) == 302
    assert "works no more" in cast.anonymous.get(link[1], follow=True).content.decode()


@pytest.mark.parametrize(
    "page", ["/profile/", "/accounts/password/change/", "/accounts/2fa/", "/accounts/sessions/"]
)
@pytest.mark.parametrize("language", ["en", "ru", "uk"])
def test_the_own_pages_are_shown_in_every_language(cast: Cast, page: str, language: str) -> None:
    cast.olga.user.language = language
    cast.olga.user.save()
    answer = cast.olga.client.get(page)
    assert answer.status_code == 200
    assert f'lang="{language}"' in answer.content.decode()


def test_a_profile_is_changed(cast: Cast) -> None:
    given = {"name": "Olha", "language": "uk", "zone": "Europe/Warsaw", "theme": "light"}
    cast.olga.client.post("/profile/", given)
    cast.olga.user.refresh_from_db()
    assert {name: getattr(cast.olga.user, name) for name in given} == given
    assert "errorlist" not in cast.olga.client.post("/profile/", {"zone": "Nowhere/Land"}).content.decode()
    cast.olga.user.refresh_from_db()
    assert cast.olga.user.zone == "Europe/Warsaw"


def test_only_a_keeper_finds_the_keepers_pages(cast: Cast) -> None:
    assert cast.olga.client.get("/keeper/").status_code in (302, 404)
    assert cast.olga.client.get("/keeper/", follow=True).status_code == 404
    cast.olga.user.is_superuser = True
    cast.olga.user.save()
    assert cast.olga.client.get("/keeper/").status_code == 200
    assert cast.olga.client.get("/keeper/accounts/user/").status_code == 200
    assert cast.olga.client.get(f"/keeper/ledger/workspace/{cast.workspace.pk}/change/").status_code == 200
    assert cast.anonymous.get("/keeper/", follow=True).redirect_chain[-1][0].startswith("/accounts/login/")
