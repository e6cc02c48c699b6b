"""Numbers, times and words as people read them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from django.template import engines
from django.test import RequestFactory
from django.utils import timezone, translation

from callwitness.web.ui import words
from callwitness.web.ui.cast import Cast
from callwitness.web.ui.numbers import masked

AT = 1_700_571_787_000  # 21 November 2023, 13:03:07 UTC


def shown(text: str, **known: object) -> str:
    request = RequestFactory().get("/w/acme/calls/?period=all&page=3&agent=Ivanna")
    return engines["django"].from_string(text).render(known, request).strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ 37.2|duration }}", "0:37"),
        ("{{ 725|duration }}", "12:05"),
        ("{{ 3753|duration }}", "1:02:33"),
        ("{{ nothing|duration }}", "–"),
        ("{{ 0.853|share }}", "85 %"),
        ("{{ 1204|count }}", "1\u202f204"),
        ("{{ 'no_answer'|word:'verdict' }}", "no answer"),
        ("{{ 'strange'|word:'verdict' }}", "strange"),
        ("{{ ''|word:'flag' }}", ""),
        ("{% pairs agent=None sort='-wait_s' %}", "?period=all&amp;sort=-wait_s"),
        ("{{ '+79000001234'|grouped }}", "+7 900 000-12-34"),
    ],
)
def test_values_are_shown_as_people_read_them(text: str, expected: str) -> None:
    assert shown(text).replace("\u00a0", " ") == expected


def test_a_moment_is_shown_in_the_readers_zone() -> None:
    with timezone.override(ZoneInfo("Europe/Kyiv")), translation.override("uk"):
        text = shown("{{ at|moment }}", at=AT).replace("\u00a0", " ")
    assert text == '<time datetime="2023-11-21T13:03:07Z">21 лис 2023 15:03:07</time>'


def test_a_verdict_has_a_word_an_icon_and_a_tone() -> None:
    text = shown("{% verdict 'never_arrived' %}")
    assert 'class="verdict lost"' in text
    assert "#i-lost" in text
    assert "never reached the office" in text
    assert 'class="verdict out"' in shown("{% verdict 'answered' 'outbound' %}")


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+7 900 123-45-67", "+7 900 1••-••-67"),
        ("+380 50 123 45 67", "+380 50 ••• •• 67"),
        ("101", "101"),
        ("", ""),
    ],
)
def test_a_masked_number_loses_its_middle(number: str, expected: str) -> None:
    assert masked(number) == expected


def test_a_masked_number_is_nowhere_whole(cast: Cast) -> None:
    membership = cast.ivanna.membership
    assert membership is not None
    membership.mask_numbers = True
    membership.save()
    text = shown("{% number '+380500001234' 'call' %}", scope=cast.ivanna.scope)
    assert "0001234" not in text.replace(" ", "")
    assert "tel:" not in text
    assert "tel:+380500001234" in shown("{% number '+380500001234' 'call' %}", scope=cast.olga.scope)


@pytest.mark.parametrize("kind", [*words.OWN, "verdict", "finding", "state", "direction"])
@pytest.mark.parametrize("language", ["ru", "uk"])
def test_every_kind_of_word_exists_in_every_language(kind: str, language: str) -> None:
    with translation.override(language):
        assert all(word for _code, word in words.words(kind))


def test_reasons_are_sentences() -> None:
    reasons = [{"code": "queue_log_abandon", "params": {"queue": "sales", "seconds": 41}}] * 2
    text = shown("{% for each in reasons|reason_sentences %}{{ each }};{% endfor %}", reasons=reasons)
    assert text == "Queue log: the caller leaves the queue sales after 41 s.;"
