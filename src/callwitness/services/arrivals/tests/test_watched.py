from __future__ import annotations

import os
from pathlib import Path

import pytest

from callwitness.ledger import models as m
from callwitness.services.arrivals.watched import choices, problem, sweep

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]

NOW = 1_795_000_000_000
HOUR = 3_600_000


@pytest.fixture
def folder(data: Path) -> Path:
    made = data / "folders" / "exchange"
    made.mkdir(parents=True)
    return made


@pytest.fixture
def office(folder: Path) -> m.Source:
    acme = m.Workspace.objects.create(slug="acme", name="Acme")
    return m.Source.objects.create(workspace=acme, name="office", role="office", folder=folder.name)


def put(path: Path, text: str, age_ms: int = 60_000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    changed = (NOW - age_ms) * 1_000_000
    os.utime(path, ns=(changed, changed))
    return path


def names() -> list[str]:
    return sorted(m.Evidence.objects.values_list("name", flat=True))


def test_a_file_at_rest_is_received_once_and_stays_where_it_is(folder: Path) -> None:
    path = put(folder / "2026" / "calls.csv", "a")
    assert [sweep(NOW), sweep(NOW), sweep(NOW + HOUR * 2)] == [1, 0, 0]
    assert (names(), path.read_text()) == (["calls.csv"], "a")


def test_a_growing_file_is_waited_for(folder: Path) -> None:
    path = put(folder / "calls.csv", "a", age_ms=0)
    assert sweep(NOW) == 0
    path.write_text("ab")
    os.utime(path, ns=((NOW + 1) * 1_000_000, (NOW + 1) * 1_000_000))
    assert [sweep(NOW), sweep(NOW)] == [0, 1]


def test_a_received_file_that_grew_comes_again_after_an_hour(folder: Path) -> None:
    put(folder / "calls.csv", "a")
    assert sweep(NOW) == 1
    put(folder / "calls.csv", "ab", age_ms=30_000)
    assert sweep(NOW + HOUR // 2) == 0
    assert sweep(NOW + HOUR + 1) == 1
    assert m.Evidence.objects.count() == 2


@pytest.mark.parametrize(
    "name", [".hidden.csv", ".git/calls.csv", "calls.csv.part", "~$calls.xlsx", "calls.csv~"]
)
def test_hidden_and_unfinished_files_are_left_alone(folder: Path, name: str) -> None:
    put(folder / name, "a")
    assert sweep(NOW) == 0


def test_a_link_that_leads_out_is_not_followed(folder: Path, tmp_path: Path) -> None:
    secret = put(tmp_path / "secret.csv", "a")
    (folder / "calls.csv").symlink_to(secret)
    (folder / "round.csv").symlink_to(folder / "round.csv")
    inside = put(folder / "inside.csv", "b")
    (folder / "again.csv").symlink_to(inside)
    assert sweep(NOW) == 2
    assert m.Evidence.objects.count() == 1


def test_the_keeper_may_link_the_folder_itself(data: Path, tmp_path: Path) -> None:
    put(tmp_path / "ftp" / "calls.csv", "a")
    (data / "folders" / "ftp").symlink_to(tmp_path / "ftp")
    m.Source.objects.update(folder="ftp")
    assert sweep(NOW) == 1
    assert choices() == ["exchange", "ftp"]


def test_a_folder_that_is_gone_is_said_and_then_forgotten(office: m.Source, folder: Path) -> None:
    folder.rmdir()
    assert sweep(NOW) == 0
    assert problem(office).startswith("the folder cannot be read")
    folder.mkdir()
    assert sweep(NOW) == 0
    assert problem(office) == ""


def test_two_files_of_the_same_bytes_are_one_piece_of_evidence(folder: Path) -> None:
    put(folder / "a.csv", "a")
    put(folder / "b.csv", "a")
    assert sweep(NOW) == 2
    assert names() == ["a.csv"]


def test_a_disabled_source_is_not_fed(folder: Path) -> None:
    put(folder / "a.csv", "a")
    m.Source.objects.update(enabled=False)
    assert sweep(NOW) == 0
