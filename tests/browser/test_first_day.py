"""The first day: the first administrator uploads files, and the server says of them what the command says."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Office, serious, shot
from tests.server.installation import until

pytestmark = pytest.mark.real("Chromium", commands=("chromium",))

ROOT = Path(__file__).parents[2]
DAY = ROOT / "examples" / "day"
DUMPS = [ROOT / "src/callwitness/adapters/asterisk/samples/dump.sql"]
LARGE_DUMP = ROOT.parent / "shared/samples/asterisk/asteriskcdrdb_freepbx_2024.sql"
if LARGE_DUMP.exists():  # not ours to publish
    DUMPS.append(LARGE_DUMP)
MAIL, PASSWORD = "vera@callwitness.example", "long enough for anybody"
Verdict = tuple[str, str, str, str, str]


def begin(office: Office, page: Page, zone: str = "Europe/Moscow", country: str = "RU") -> None:
    """The first administrator makes an account and a workspace."""
    link = re.search(rf"{re.escape(office.here.url)}(/first/\S+)", office.up.said)
    assert link, office.up.said
    page.goto(link[1])
    assert not serious(page)
    shot(page, "first-administrator")
    page.fill("input[name=name]", "Vera")
    page.fill("input[name=email]", MAIL)
    page.fill("input[name=password]", PASSWORD)
    page.fill("input[name=workspace]", "Acme")
    page.select_option("select[name=zone]", zone)
    page.select_option("select[name=country]", country)
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/w/acme/**")
    shot(page, "nothing-yet")


def upload(page: Page, source: str, files: list[Path]) -> None:
    """Files through the screens as a new source: chosen, looked at, corrected, saved. Its name is its role."""
    page.goto("/w/acme/sources/upload/")
    page.set_input_files("input[name=files]", files)  # goes on by itself
    page.wait_for_url(re.compile(r"/sources/upload/[^/]+/"))
    if page.locator("select#source").input_value() != f"new:{source}":
        with page.expect_navigation():
            page.select_option("select#source", f"new:{source}")
    shot(page, f"upload-{source}")
    page.fill("input[name=name]", source)
    page.get_by_role("button", name="Save and read").click()
    page.wait_for_url(lambda address: "/upload/" not in address)


def settled(office: Office) -> None:
    """Until everything was read, derived and published."""
    program = (
        "from callwitness.ledger import models as m\n"
        "print(json.dumps([m.Evidence.objects.filter(state='pending').count(), m.DirtyDay.objects.count(),"
        " m.UnpublishedDay.objects.count(), m.Evidence.objects.count()]))"
    )
    until(lambda: office.here.ask(program)[:3] == [0, 0, 0], lambda: office.up.said, wait_s=180)


def in_ledger(office: Office) -> Counter[Verdict]:
    program = (
        "from callwitness.ledger import models as m\n"
        "print(json.dumps(list(m.Call.objects.values_list('public_id', 'direction', 'caller', 'did', 'verdict'))))"
    )
    return Counter(tuple(row) for row in office.here.ask(program))


def by_check(folder: Path, *arguments: str) -> Counter[Verdict]:
    """What ``callwitness check`` says of the same files."""
    done = subprocess.run(
        [sys.executable, "-m", "callwitness", "check", *arguments, "--out", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    with (folder / "calls.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return Counter(
        (row["call_id"], row["direction"], row["caller"], row["did"], row["verdict"]) for row in rows
    )


def without_ids(found: Counter[Verdict]) -> Counter[tuple[str, ...]]:
    return Counter({row[1:]: sum(n for other, n in found.items() if other[1:] == row[1:]) for row in found})


@pytest.mark.parametrize("dump", DUMPS, ids=lambda path: path.stem)
def test_a_dump_of_freepbx_uploaded_by_the_first_administrator_gives_the_verdicts_of_check(
    empty: Office, tmp_path: Path, dump: Path
) -> None:
    with empty.sit() as page:
        begin(empty, page)
        upload(page, "office", [dump])
        settled(empty)
        page.goto("/w/acme/calls/?period=all")
        page.wait_for_load_state("networkidle")
        shot(page, f"calls-of-{dump.stem}")
        config = tmp_path / "callwitness.toml"
        config.write_text('zone = "Europe/Moscow"\ncountry = "RU"\n', encoding="utf-8")
        expected = by_check(tmp_path / "check", f"office={dump}", "--config", str(config))
        found = in_ledger(empty)
        assert without_ids(found) == without_ids(expected)
        assert sum(found.values()) > 0
        expect(page.locator(".totals")).to_contain_text(re.compile(r"\d"))


def test_a_simulated_company_uploaded_file_by_file_gives_the_verdicts_of_check(
    empty: Office, tmp_path: Path
) -> None:
    with empty.sit() as page:
        begin(empty, page)
        empty.here.ask(SETTINGS.format(path=str(DAY / "callwitness.toml")))
        upload(page, "provider", [DAY / "provider.csv"])
        upload(page, "office", [DAY / name for name in ("Master.csv", "queue_log", "cel.csv")])
        upload(page, "contractor", [next((DAY / "contractor").iterdir())])
        settled(empty)
        expected = by_check(
            tmp_path / "check", f"provider={DAY}/provider.csv", f"office={DAY}/Master.csv", f"office={DAY}/queue_log",
            f"office={DAY}/cel.csv", f"contractor={DAY}/contractor", "--config", f"{DAY}/callwitness.toml",
        )  # fmt: skip
        assert without_ids(in_ledger(empty)) == without_ids(expected)
        page.goto("/w/acme/sources/")
        shot(page, "sources-of-the-day")


SETTINGS = """
import tomllib
from callwitness.ledger import models as m
told = tomllib.load(open({path!r}, "rb"))
for name in ("zone", "country", "language"):
    told.pop(name, None)
m.Workspace.objects.filter(slug="acme").update(settings=told)
print(json.dumps("done"))
"""
"""Settings of the company, as its file has them."""
