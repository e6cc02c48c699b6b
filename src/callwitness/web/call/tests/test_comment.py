"""Comments and mentions."""

from __future__ import annotations

from callwitness.ledger import models as m
from callwitness.services.comments import Mentionable, mentioned
from callwitness.web.ui.cast import Cast, Person


def _write(cast: Cast, who: Person, text: str, **given: str) -> int:
    return who.client.post(cast.url("call/c-abandoned/comment/"), {"text": text, **given}).status_code


def test_a_comment_is_kept_and_shown(shown: Cast) -> None:
    assert _write(shown, shown.olga, "Please <b>ring</b> back") == 302
    page = shown.maxim.client.get(shown.url("call/c-abandoned/")).content.decode()
    assert "Please &lt;b&gt;ring&lt;/b&gt; back" in page
    comment = m.Comment.objects.get()
    assert comment.anchor_native_id == shown.calls["abandoned"].anchor_native_id


def test_who_is_mentioned_is_told_by_mail_when_he_may_see_the_call(shown: Cast) -> None:
    assert _write(shown, shown.olga, "@maxim, @Ivanna and @Olga: look") == 302
    assert {mail.to for mail in m.Mail.objects.all()} == {"maxim@callwitness.example"}
    mail = m.Mail.objects.get()
    assert "/w/acme/call/c-abandoned/" in mail.text
    assert m.Comment.objects.get().mentions.count() == 2


def test_a_comment_of_one_side_is_seen_by_that_side_alone(shown: Cast) -> None:
    assert _write(shown, shown.agency, "our own thoughts", own_side="on") == 302
    assert _write(shown, shown.agency, "for both") == 302
    own = shown.agency.client.get(shown.url("call/c-abandoned/")).content
    theirs = shown.client_side.client.get(shown.url("call/c-abandoned/")).content
    assert b"our own thoughts" in own
    assert b"our own thoughts" not in theirs
    assert b"for both" in theirs


def test_a_marketer_does_not_learn_the_names_of_the_other_side(shown: Cast) -> None:
    page = shown.agency.client.get(shown.url("call/c-abandoned/")).content.decode()
    assert "@Marta" in page
    assert "@Roman" not in page
    assert "@Maxim" not in page


def test_who_may_not_comment_or_sees_no_call_cannot(shown: Cast) -> None:
    for who in (shown.auditor, shown.ivanna, shown.stranger):
        assert _write(shown, who, "x") == 404
    assert shown.anonymous.post(shown.url("call/c-abandoned/comment/"), {"text": "x"}).status_code == 302
    assert shown.olga.client.get(shown.url("call/c-abandoned/comment/")).status_code == 405
    assert _write(shown, shown.olga, "  ") == 400
    assert _write(shown, shown.olga, "x" * 4001) == 400
    assert not m.Comment.objects.exists()


def test_the_longest_name_is_meant() -> None:
    people = [Mentionable(1, "Anna"), Mentionable(2, "Anna Maria"), Mentionable(3, "Ян")]
    assert [person.name for person in mentioned("@Anna Maria, @ян!", people)] == ["Anna Maria", "Ян"]
    assert [person.name for person in mentioned("@anna: mail@Anna Maria", people)] == ["Anna"]
