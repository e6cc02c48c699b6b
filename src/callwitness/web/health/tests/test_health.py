from __future__ import annotations

import logging
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.test import Client

from callwitness.ledger import models as m
from callwitness.services.running import heartbeat
from callwitness.services.running.heartbeat import Heartbeat, JobState
from callwitness.web.ui.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data")]


@pytest.fixture
def data(tmp_path: Path, settings: Any) -> Path:
    settings.SERVER = replace(settings.SERVER, data=tmp_path)
    beat = Heartbeat(
        at=time.time_ns() // 1_000_000,
        started_at=0,
        pid=os.getpid(),
        jobs={"derive": JobState(worked=3, cpu_s=1.5, errors=2)},
    )
    heartbeat.write(tmp_path, beat)
    return tmp_path


def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: ARG001 as Django calls it
    raise OperationalError("the server closed the connection")


def test_all_is_well(client: Client) -> None:
    answer = client.get("/health/")
    told = answer.json()
    assert answer.status_code == 200
    assert told["status"] == "ok"
    assert told["problems"] == []
    assert told["inbox_backlog"] == 0


def test_a_worker_that_was_not_heard_is_a_problem(data: Path, client: Client) -> None:
    heartbeat.write(data, Heartbeat(at=time.time_ns() // 1_000_000 - 60_000, started_at=0, pid=1))
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert answer.json()["problems"] == ["The worker has not been heard for a while."]


def test_only_the_keeper_of_the_server_gets_a_page(cast: Cast) -> None:
    assert (
        cast.olga.client.get("/health/", headers={"Accept": "text/html"})["Content-Type"]
        == "application/json"
    )
    cast.olga.user.is_staff = True
    cast.olga.user.save()
    page = cast.olga.client.get("/health/", headers={"Accept": "text/html"})
    assert page["Content-Type"].startswith("text/html")
    assert "derive" in page.content.decode()


def test_metrics_tell_figures_and_no_people(cast: Cast, client: Client) -> None:
    text = client.get("/metrics").content.decode()
    assert 'callwitness_job_errors_total{job="derive"} 2.0' in text
    assert "callwitness_dirty_days " in text
    assert "callwitness_healthy 1.0" in text
    callers = {caller for caller in m.Call.objects.values_list("caller", flat=True) if len(caller) > 6}
    assert callers
    assert not [caller for caller in callers if caller.lstrip("+") in text]
    assert cast.olga.user.email not in text


@pytest.mark.parametrize(
    "told", [{"REMOTE_ADDR": "192.0.2.7"}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, {"REMOTE_ADDR": ""}]
)
def test_metrics_are_for_this_machine(client: Client, told: dict[str, str]) -> None:
    assert client.get("/metrics", **told).status_code == 404  # type: ignore[arg-type]  # environment of the request


def test_a_token_opens_metrics_from_anywhere_and_is_then_needed_here_too(
    client: Client, settings: Any
) -> None:
    settings.SERVER = replace(settings.SERVER, metrics_token="a-long-token")
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    far = {"REMOTE_ADDR": "192.0.2.7"}
    opened = client.get("/metrics", headers={"Authorization": "Bearer a-long-token"}, **far)  # type: ignore[arg-type]
    assert opened.status_code == 200


def test_a_database_that_is_away_is_said_in_a_sentence(client: Client) -> None:
    client.raise_request_exception = False
    client.cookies["sessionid"] = "abcdefghijklmnopqrstuvwxyz012345"
    with connection.execute_wrapper(refuse):
        page = client.get("/")
        health = client.get("/health/")
    assert page.status_code == 503
    assert page["Retry-After"]
    assert "The database does not answer" in page.content.decode()
    assert health.status_code == 503


def test_a_request_is_logged_by_the_pattern_of_its_address(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "callwitness.web"):
        cast.olga.client.get(cast.url("call/c-abandoned/"))
    line = next(record for record in caplog.records if record.name == "callwitness.web")
    assert "c-abandoned" not in line.getMessage()
    assert line.getMessage().startswith("GET /w/<slug:workspace>/call/")
    assert (line.status, line.user) == (200, str(cast.olga.user.pk))  # type: ignore[attr-defined]  # given as extra


def test_any_method_and_path_of_a_stranger_is_one_and_the_same_label(client: Client) -> None:
    client.generic("BREW", "/there/is/no/such/page/79000000001")
    text = client.get("/metrics").content.decode()
    assert 'method="other",route="unknown"' in text
    assert "79000000001" not in text
