"""The commands on the page of the webhook do what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from callwitness.adapters.webhook.envelope import EVENTS
from callwitness.domain.schema import RESULTS
from callwitness.ledger.inbox import SqliteInbox
from callwitness.web.hooks.tests.servers import SECRET, SIGNED, TOKEN, ledger, serving

PAGE = (Path(__file__).parents[2] / "src/callwitness/adapters/webhook/README.md").read_text("utf-8")
EXPECTED = (["202", "202"], ["202"], ["200"])
COMMANDS = re.findall(r"(?s)```sh\n(.*?)```", PAGE)


@pytest.mark.real("commands of the webhook page", commands=("curl", "openssl"))
def test_every_command_of_the_page_is_taken(tmp_path: Path) -> None:
    ledger(tmp_path)
    unsigned, signed = COMMANDS
    with serving(tmp_path) as door:
        address = f"http://127.0.0.1:{door.port}/hooks"
        now = f"date() {{ echo {int(time.time())}; }}\n"
        asked = ((unsigned, TOKEN), (now + signed, SIGNED), (now + signed, SIGNED))
        for (commands, token), expected in zip(asked, EXPECTED, strict=True):
            told = commands.replace("https://callwitness.example/hooks/TOKEN", f"{address}/{token}")
            said = subprocess.run(
                ["sh", "-c", told],
                env={**os.environ, "SECRET": SECRET}, capture_output=True, text=True, check=True,
            ).stdout  # fmt: skip
            assert re.findall(r"HTTP/1.1 (\d+)", said) == expected, said
    inbox = SqliteInbox(tmp_path / "inbox")
    assert [(letter.source_id, letter.event_id) for letter in inbox.after(0, 10)] == [
        (1, "e-1"),
        (1, "e-2"),
        (2, "e-2"),
    ]
    inbox.close()


def test_events_and_results_of_the_page_are_those_of_the_program() -> None:
    assert re.findall(r"(?m)^\| `((?:call|recording)\.\w+)` \|", PAGE) == list(EVENTS)
    (told,) = re.findall(r"(?m)^\| `result` \| in `call.ended`: (.*)$", PAGE)
    assert set(re.findall(r"`(\w+)`", told)) <= set(RESULTS)
