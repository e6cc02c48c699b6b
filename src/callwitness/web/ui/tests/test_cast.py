"""The cast itself: who sees what of it."""

from __future__ import annotations

from callwitness.ledger import access
from callwitness.web.ui.cast import Cast


def names(scope: access.Scope) -> set[str]:
    return {call.public_id.removeprefix("c-") for call in access.calls(scope)}


def test_each_person_sees_the_own_calls(cast: Cast) -> None:
    everything = set(cast.calls)
    assert names(cast.olga.scope) == everything
    assert names(cast.auditor.scope) == everything
    assert names(cast.ivanna.scope) == {"answered", "missed", "outbound", "internal"}
    assert names(cast.maxim.scope) == everything - {"support", "never_arrived"}
    assert names(cast.agency.scope) == {"answered", "missed", "abandoned", "never_arrived", "support"}
    assert names(cast.stranger.scope) == {"foreign"}


def test_who_is_signed_in_gets_to_the_own_workspace(cast: Cast) -> None:
    answer = cast.olga.client.get("/")
    assert (answer.status_code, answer["Location"]) == (302, cast.url())


def test_who_is_signed_out_is_led_to_the_sign_in(cast: Cast) -> None:
    assert cast.anonymous.get("/")["Location"].startswith("/accounts/login/")
