"""What the front door takes, refuses and says, without a server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callwitness.ledger.inbox import Arrival, InboxUnavailable, SqliteInbox
from callwitness.web.hooks.app import HooksApp, Limits, hooks_app
from callwitness.web.hooks.signature import signature
from callwitness.web.hooks.tests.doors import NOW, OPEN, SECRET, SIGNED, Answer, ask
from callwitness.web.hooks.tokens import Hook, TokenBook

HOOKS = {OPEN: Hook(1, ""), SIGNED: Hook(2, SECRET)}
Scenario = Callable[[HooksApp], Awaitable[Any]]


class Door:
    """A door for one scenario, with the inbox it fills and a clock that can be set."""

    def __init__(self, folder: Path, limits: Limits | None = None) -> None:
        self.inbox = SqliteInbox(folder / "inbox")
        self.now = NOW
        self.limits = limits
        self.app = self._new()

    def _new(self) -> HooksApp:
        return hooks_app(self.inbox, TokenBook(lambda: HOOKS), lambda: self.now, self.limits)

    def run(self, scenario: Scenario) -> Any:
        try:
            return asyncio.run(self._awaited(scenario))
        finally:
            self.app.close()
            self.inbox.close()

    async def _awaited(self, scenario: Scenario) -> Any:
        return await scenario(self.app)

    def one(self, *args: Any, **more: Any) -> Answer:
        answer: Answer = self.run(lambda app: ask(app, *args, **more))
        return answer

    @property
    def kept(self) -> list[bytes]:
        return [letter.body for letter in self.inbox.after(0, 10_000)]


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


def signed(body: bytes, seconds: float = 0, secret: str = SECRET) -> str:
    return signature(secret, int(NOW / 1000 + seconds), body)


def test_an_event_is_kept_as_it_came_and_answered_when_it_is_kept(door: Door) -> None:
    body = b' {"event": "call.ended",\n "event_id": "e-1"} '
    answer = door.one(body=body, user_agent="exchange/1\x7f", cookie="secret")
    assert (answer.status, answer.told) == (202, {"received": 1})
    (letter,) = door.inbox.after(0, 10)
    assert (letter.source_id, letter.received_at, letter.content_type) == (1, NOW, "application/json")
    assert (letter.body, letter.event_id) == (body, "e-1")
    assert json.loads(letter.headers) == {"user-agent": "exchange/1"}


def test_a_list_is_cut_into_its_events_byte_for_byte(door: Door) -> None:
    answer = door.one(body=b'\n[ {"a": "]}"} ,{"event_id": 5, "n": 1e3, "u": "\xd0\xb0"}\t]')
    assert answer.told == {"received": 2}
    assert door.kept == [b'{"a": "]}"}', b'{"event_id": 5, "n": 1e3, "u": "\xd0\xb0"}']
    assert [letter.event_id for letter in door.inbox.after(0, 10)] == [None, "5"]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", b"event=call.ended&event_id=e&from=%2B79000000001"),
        ("application/x-www-form-urlencoded", b'{"curl": "-d says form"}'),
        ("application/json; charset=utf-8", b"\xef\xbb\xbf{}"),
        ("application/cloudevents+json", b"{}"),
        (None, b"{}"),
    ],
)
def test_json_and_forms_are_taken_under_the_names_they_come_by(
    door: Door, content_type: str | None, body: bytes
) -> None:
    assert door.one(body=body, content_type=content_type).status == 202
    assert door.kept == [body]


@pytest.mark.parametrize(
    ("body", "more", "status", "reason"),
    [
        (b"", {}, 400, "not_json"),
        (b"{", {}, 400, "not_json"),
        (b"\xff{}", {}, 400, "not_json"),
        (b"[" * 100_000, {}, 400, "not_json"),
        (b'{"n": ' + b"9" * 5000 + b"}", {}, 400, "not_json"),
        (b"1", {}, 400, "no_events"),
        (b"[]", {}, 400, "no_events"),
        (b'[{}, "x"]', {}, 400, "no_events"),
        (b"[" + b"{}," * 1000 + b"{}]", {}, 400, "too_many"),
        (b"&&", {"content_type": "application/x-www-form-urlencoded"}, 400, "not_a_form"),
        (b"a=1&" * 400, {"content_type": "application/x-www-form-urlencoded"}, 400, "not_a_form"),
        (b"<a/>", {"content_type": "text/xml"}, 415, "content_type"),
        (b"--x", {"content_type": "multipart/form-data; boundary=x"}, 415, "content_type"),
        (b"\x1f\x8b", {"content_encoding": "gzip"}, 415, "content_encoding"),
        (b"{}", {"token": "another"}, 404, "unknown"),
        (b"{}", {"token": ""}, 404, "unknown"),
        (b"{}", {"token": OPEN + "/more"}, 404, "unknown"),
        (b"{}", {"method": "GET"}, 405, "method"),
        (b"{}", {"method": "PUT"}, 405, "method"),
        (b"{}", {"method": "GET", "token": "another"}, 404, "unknown"),
        (b"{}", {"content_length": "262145"}, 413, "too_large"),
        (b"{}", {"content_length": "9" * 400}, 413, "too_large"),
        (bytes(262_145), {}, 413, "too_large"),
        ([b'{"a": "', bytes(262_138), b'"}'], {}, 413, "too_large"),
    ],
    ids=lambda value: None if isinstance(value, bytes | list) else str(value)[:40],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused_with_a_sentence_and_counted(
    door: Door, body: bytes | Sequence[bytes], more: dict[str, str], status: int, reason: str
) -> None:
    answer = door.one(body=body, **more)
    assert answer.status == status
    assert answer.told["error"].endswith(".")
    assert door.app.counters.refused == {reason: 1}
    assert door.kept == []


def test_a_body_of_just_the_limit_is_taken(door: Door) -> None:
    body = b'{"a": "' + b"x" * (262_144 - 9) + b'"}'
    assert door.one(body=[body[:100], body[100:]]).status == 202


def test_a_body_without_bound_is_not_read_to_its_end(door: Door) -> None:
    pieces = [bytes(65_536) for _ in range(1000)]

    async def scenario(app: HooksApp) -> int:
        left = list(pieces)
        scope = {"type": "http", "method": "POST", "path": f"/hooks/{OPEN}", "headers": []}

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": left.pop(), "more_body": True}

        async def send(_message: object) -> None:
            pass

        await app(scope, receive, send)
        return len(pieces) - len(left)

    assert door.run(scenario) == 5


def test_a_sender_that_hangs_up_or_dawdles_leaves_nothing(tmp_path: Path) -> None:
    door = Door(tmp_path, Limits(patience_s=0.05))

    async def scenario(app: HooksApp) -> list[int]:
        statuses: list[int] = []

        async def send(message: Any) -> None:
            statuses.extend([message["status"]] if "status" in message else [])

        async def never() -> dict[str, Any]:
            await asyncio.sleep(60)
            return {}

        async def gone() -> dict[str, Any]:
            return {"type": "http.disconnect"}

        scope = {"type": "http", "method": "POST", "path": f"/hooks/{OPEN}", "headers": []}
        await app(scope, gone, send)
        await app(scope, never, send)
        return statuses

    assert door.run(scenario) == [408]
    assert door.kept == []
    assert door.app.counters.refused == {"gone": 1, "slow": 1}


def test_a_signed_source_takes_what_is_signed(door: Door) -> None:
    assert door.one(SIGNED, b'{"a": 1}', callwitness_signature=signed(b'{"a": 1}')).status == 202
    assert door.kept == [b'{"a": 1}']


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (None, "unsigned"),
        ("", "malformed"),
        ("v1=00", "malformed"),
        (signed(b"{}").upper(), "malformed"),
        (signed(b"{}") + ",v1=00", "malformed"),
        (signed(b'{"another": "body"}'), "forged"),
        (signed(b"{}", secret="another"), "forged"),
        (signed(b"{}").replace(f"t={NOW // 1000}", f"t={NOW // 1000 + 1}"), "forged"),
        (signed(b"{}", seconds=301), "outdated"),
        (signed(b"{}", seconds=-301), "outdated"),
    ],
)
def test_a_wrong_signature_is_refused(door: Door, header: str | None, reason: str) -> None:
    answer = door.one(SIGNED, b"{}", callwitness_signature=header)
    assert answer.status == 401
    assert SECRET not in str(answer.told)
    assert door.app.counters.refused == {f"signature_{reason}": 1}
    assert door.kept == []


def test_a_replayed_body_is_answered_and_kept_once_even_side_by_side(door: Door) -> None:
    body = b'[{"a": 1}, {"a": 1}]'

    async def scenario(app: HooksApp) -> list[Answer]:
        asked = (ask(app, SIGNED, body, callwitness_signature=signed(body)) for _ in range(20))
        return await asyncio.gather(*asked)

    answers = door.run(scenario)
    assert sorted(answer.status for answer in answers) == [200] * 19 + [202]
    assert {str(answer.told) for answer in answers if answer.status == 200} == {
        str({"received": 2, "repeated": True})
    }
    assert door.kept == [b'{"a": 1}', b'{"a": 1}']
    assert (door.app.counters.received, door.app.counters.repeated) == (2, 38)


def test_signed_anew_the_same_body_is_a_new_one(door: Door) -> None:
    async def scenario(app: HooksApp) -> None:
        for seconds in (0, 1):
            await ask(app, SIGNED, b"{}", callwitness_signature=signed(b"{}", seconds))

    door.run(scenario)
    assert door.kept == [b"{}", b"{}"]


def test_hundreds_side_by_side_share_few_commits_and_none_is_lost(door: Door) -> None:
    want = {b'{"event_id": "%d"}' % at for at in range(600)}

    async def scenario(app: HooksApp) -> list[Answer]:
        return await asyncio.gather(*(ask(app, body=body) for body in want))

    assert {answer.status for answer in door.run(scenario)} == {202}
    assert sorted(door.kept) == sorted(want)
    counters = door.app.counters
    assert (counters.received, counters.waiting, counters.failed_commits) == (600, 0, 0)
    assert counters.commits < 300


class Troubled(SqliteInbox):
    """An inbox whose disk can be taken away, and whose commits can be held up."""

    trouble: Exception | None = None

    def append(self, arrivals: Sequence[Arrival]) -> list[bool]:
        if self.trouble:
            raise self.trouble
        return super().append(arrivals)


@pytest.mark.parametrize("trouble", [InboxUnavailable("away"), RuntimeError("a bug of ours")])
def test_an_inbox_in_trouble_acknowledges_nothing_and_recovers(
    tmp_path: Path, trouble: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    door = Door(tmp_path)
    door.inbox = inbox = Troubled(tmp_path / "troubled")
    door.app = door._new()

    async def scenario(app: HooksApp) -> list[Answer]:
        inbox.trouble = trouble
        lost = await asyncio.gather(*(ask(app, body=b'{"from": "+79000000001"}') for _ in range(5)))
        inbox.trouble = None
        return [*lost, await ask(app, body=b'{"again": 1}')]

    *lost, again = door.run(scenario)
    assert {(answer.status, answer.headers["retry-after"]) for answer in lost} == {(503, "5")}
    assert again.status == 202
    assert door.kept == [b'{"again": 1}']
    assert "79000000001" not in caplog.text
    assert OPEN not in caplog.text
    assert caplog.text.count("webhooks are not taken") == caplog.text.count("taken again") == 1


def test_too_much_waiting_is_refused_instead_of_piling_up(tmp_path: Path) -> None:
    door = Door(tmp_path, Limits(waiting=3))

    async def scenario(app: HooksApp) -> list[Answer]:
        return await asyncio.gather(*(ask(app) for _ in range(50)))

    answers = door.run(scenario)
    taken = [answer for answer in answers if answer.status == 202]
    assert {answer.status for answer in answers} == {202, 503}
    assert len(door.kept) == len(taken)
    assert door.app.counters.refused["busy"] == 50 - len(taken)


def test_one_fast_source_does_not_slow_another(tmp_path: Path) -> None:
    door = Door(tmp_path, Limits(per_s=0.001, burst=3))

    async def scenario(app: HooksApp) -> list[int]:
        other = signed(b'{"event": "call.ended"}')
        fast = [(await ask(app)).status for _ in range(5)]
        return [*fast, (await ask(app, SIGNED, callwitness_signature=other)).status]

    assert door.run(scenario) == [202, 202, 202, 429, 429, 202]


@given(body=st.binary(max_size=60) | st.from_regex(rb'[\[{"a\\ud801:,}\] ]{1,30}', fullmatch=True),
       content_type=st.sampled_from(["application/json", "application/x-www-form-urlencoded", ""]))  # fmt: skip
def test_any_body_is_kept_or_refused_with_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, content_type: str
) -> None:
    door = Door(tmp_path_factory.mktemp("door"))
    answer = door.one(body=body, content_type=content_type)
    assert (answer.status == 202) == bool(door.kept)
    assert answer.status in (202, 400)
