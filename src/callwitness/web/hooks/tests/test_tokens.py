"""How soon a new or withdrawn address is noticed, and what happens while the ledger cannot be read."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from callwitness.web.hooks.registered import sqlite_hooks
from callwitness.web.hooks.tokens import HITS_S, MISSES_S, Hook, TokenBook, TokensUnavailable


class Ledger:
    """Tokens that can change, and be away; the clock stands beside."""

    def __init__(self) -> None:
        self.hooks: dict[str, Hook] | None = {"a": Hook(1, "")}
        self.now = 0.0
        self.reads = 0
        self.book = TokenBook(self._load, lambda: self.now)

    def _load(self) -> dict[str, Hook]:
        self.reads += 1
        if self.hooks is None:
            raise sqlite3.OperationalError("database is locked")
        return dict(self.hooks)


def test_a_new_token_is_known_soon_and_strangers_do_not_make_us_read_all_the_time() -> None:
    async def scenario() -> None:
        ledger = Ledger()
        assert await ledger.book.find("a") == Hook(1, "")
        for _ in range(50):
            assert await ledger.book.find("b") is None
        assert ledger.reads == 1
        assert ledger.hooks is not None
        ledger.hooks["b"] = Hook(2, "s")
        ledger.now = MISSES_S
        assert await ledger.book.find("b") == Hook(2, "s")

    asyncio.run(scenario())


def test_a_withdrawn_token_stops_and_many_who_ask_at_once_read_once() -> None:
    async def scenario() -> None:
        ledger = Ledger()
        await ledger.book.find("a")
        ledger.hooks = {}
        ledger.now = HITS_S
        assert set(await asyncio.gather(*(ledger.book.find("a") for _ in range(50)))) == {None}
        assert ledger.reads == 2

    asyncio.run(scenario())


def test_a_token_in_use_is_read_again_before_anybody_must_wait() -> None:
    async def scenario() -> None:
        ledger = Ledger()
        await ledger.book.find("a")
        ledger.now = HITS_S - 1
        assert await ledger.book.find("a") == Hook(1, "")
        assert ledger.book._reading is not None
        await ledger.book._reading
        assert ledger.reads == 2

    asyncio.run(scenario())


def test_while_the_ledger_is_away_known_tokens_are_good_and_others_must_wait() -> None:
    async def scenario() -> None:
        ledger = Ledger()
        await ledger.book.find("a")
        ledger.hooks, ledger.now = None, 3600
        assert await ledger.book.find("a") == Hook(1, "")
        with pytest.raises(TokensUnavailable):
            await ledger.book.find("b")
        ledger.hooks, ledger.now = {"b": Hook(2, "")}, 3700
        assert await ledger.book.find("a") is None
        assert await ledger.book.find("b") == Hook(2, "")

    asyncio.run(scenario())


def test_only_enabled_sources_with_a_token_are_open_and_the_ledger_is_only_read(tmp_path: Path) -> None:
    path = tmp_path / "ledger #1?.sqlite3"
    with pytest.raises(sqlite3.Error):
        sqlite_hooks(path)
    assert not path.exists()
    with sqlite3.connect(path) as ledger:
        ledger.execute(
            "CREATE TABLE ledger_source (id INTEGER, hook_token TEXT, hook_secret TEXT, enabled BOOLEAN)"
        )
        ledger.executemany(
            "INSERT INTO ledger_source VALUES (?, ?, ?, ?)",
            [
                (1, "a", "", True),
                (2, "b", "s", True),
                (3, "c", "", False),
                (4, None, "", True),
                (5, "", "", True),
            ],
        )
    ledger.close()
    assert sqlite_hooks(path) == {"a": Hook(1, ""), "b": Hook(2, "s")}
