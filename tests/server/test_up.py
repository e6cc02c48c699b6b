"""``callwitness up`` as people start, stop and kill it."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest

from tests.server.installation import Installation, alive, until


def test_up_prints_the_address_and_the_link_of_the_first_administrator_and_serves_both(
    tmp_path: Path,
) -> None:
    here = Installation(tmp_path / "data")
    with here.started("up") as up:
        here.well(up)
        assert f"Callwitness is at {here.url}" in up.said
        link = re.search(rf"{re.escape(here.url)}(/\S+)", up.said.split("first administrator")[1])
        assert link
        assert here.get(link[1]).status == 200
        page = here.get("/accounts/login/")
        assert page.status == 200
        assert "<form" in page.text
        assert here.get("/static/ui/base.css").status == 200


def test_a_second_up_on_the_same_folder_is_refused_in_a_sentence(tmp_path: Path) -> None:
    here = Installation(tmp_path / "data")
    with here.started("up") as up:
        here.well(up)
        second = Installation(tmp_path / "data").run("up", check=False)
    assert second.returncode == 2
    assert "runs already" in second.stderr


def test_a_port_that_is_taken_is_said_and_nothing_is_left_running(tmp_path: Path) -> None:
    here = Installation(tmp_path / "data")
    with here.started("up") as up:
        here.well(up)
        other = Installation(tmp_path / "other", port=here.port).run("up", check=False)
    assert other.returncode == 2
    assert f"Cannot listen on 127.0.0.1:{here.port}" in other.stderr
    assert "administrator" not in other.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_up_ends_its_children_and_itself_when_asked(tmp_path: Path, number: signal.Signals) -> None:
    here = Installation(tmp_path / "data")
    with here.started("up") as up:
        here.well(up)
        children = up.children()
        up.process.send_signal(number)
        assert up.process.wait(60) == 0
    assert set(children) == {"web", "worker"}
    assert not [pid for pid in children.values() if alive(pid)]
    assert "Traceback" not in up.said


def test_children_do_not_outlive_an_up_that_is_killed(tmp_path: Path) -> None:
    here = Installation(tmp_path / "data")
    with here.started("up") as up:
        here.well(up)
        children = up.children()
        up.process.kill()
        up.process.wait()
        until(lambda: not any(alive(pid) for pid in children.values()))
    with here.started("up") as up:
        here.well(up)


def test_a_process_that_dies_is_started_again(tmp_path: Path) -> None:
    here = Installation(tmp_path / "data")
    with here.started("up") as up:
        here.well(up)
        before = up.children()
        for pid in before.values():
            os.kill(pid, signal.SIGKILL)
        until(lambda: len(up.children()) == 2 and not set(up.children().values()) & set(before.values()))
        here.well(up)


def test_web_and_worker_may_start_together_on_nothing(tmp_path: Path) -> None:
    here = Installation(tmp_path / "data")
    with here.started("worker") as worker, here.started("web") as web:
        here.well(web)
        assert worker.process.poll() is None
        assert here.data.stat().st_mode & 0o077 == 0


def test_a_second_worker_waits_and_takes_over_at_once(tmp_path: Path) -> None:
    here = Installation(tmp_path / "data")
    with here.started("worker") as first:
        until(lambda: "at work" in first.said, lambda: first.said)
        with here.started("worker") as second:
            until(lambda: "waiting to take over" in second.said, lambda: second.said)
            assert "worker: at work" not in second.said
            first.process.kill()
            until(lambda: "worker: at work" in second.said, lambda: second.said, wait_s=10)


def test_check_tries_the_installation_out_and_leaves_nothing_behind(tmp_path: Path) -> None:
    here = Installation(tmp_path / "data", settings={"DATA": ""})
    done = here.run("up", "--check")
    assert "It works" in done.stdout
    assert not list(tmp_path.iterdir())


def test_a_wrong_setting_is_refused_by_its_name(tmp_path: Path) -> None:
    here = Installation(tmp_path / "data", settings={"LOG": "xml"})
    done = here.run("up", check=False)
    assert done.returncode == 2
    assert "CALLWITNESS_LOG: expected text or json, found 'xml'" in done.stderr
