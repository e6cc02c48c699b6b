from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest

from callwitness.domain.errors import UsageError
from callwitness.services.settings import Settings, load


def loaded(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "callwitness.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def template() -> str:
    return resources.files("callwitness.config").joinpath("template.toml").read_text(encoding="utf-8")


def test_the_template_as_it_is_gives_the_defaults(tmp_path: Path) -> None:
    assert loaded(tmp_path, template()).rules == Settings().rules


def test_every_line_of_the_template_is_valid_when_uncommented(tmp_path: Path) -> None:
    text = re.sub(r"^# (?=[a-z_]+ = |\[)", "", template(), flags=re.MULTILINE)
    settings = loaded(tmp_path, text)
    assert settings.rules.zone == "Europe/Kyiv"
    assert settings.rules.blacklist == {"+380500000666"}
    assert settings.rules.number_map == {"+380440000101": "+380440000201"}
    assert settings.rules.working_hours is not None
    assert settings.rules.working_hours[4] == ((540, 780), (840, 1020))
    assert settings.rules.working_hours[5] == ()
    assert settings.rules.coverage["contractor"].directions == frozenset({"inbound"})
    assert len(settings.rules.outages) == 1
    assert settings.read["office"].zone == "UTC"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('zone = "Mars/Base"', "zone"),
        ('zoen = "UTC"', "zoen"),
        ("[tolerance]\nduration_s = -1", "tolerance.duration_s"),
        ('[tolerance]\nshort_s = "five"', "tolerance.short_s"),
        ('[hours]\nmon = "nine"', "hours.mon"),
        ("[numbers]\nown = 5", "numbers.own"),
        ("[numbers]\ninternal_digits = [5, 2]", "numbers.internal_digits"),
        ('[[outage]]\nfrom = "noon"\nto = "later"', "outage.from"),
        ('language = "de"', "language"),
        ('country = "Ukraine"', "country"),
        ('[lost]\nin_ivr = "no"', "lost.in_ivr"),
        ('[numbers]\nmap = ["+380440000101"]', "numbers.map"),
        ('[hours]\nmon = "18:00-09:00"', "hours.mon"),
        ('[hours]\nmon = "09:75-18:00"', "hours.mon"),
        ('[hours]\nholidays = ["Christmas"]', "hours.holidays"),
        ('[coverage.office]\ndirections = "inbound"', "coverage.office.directions"),
        ('[coverage.office]\ndirections = ["in"]', "coverage.office.directions"),
        ('[coverage.office]\nlines = "+380440000101"', "coverage.office.lines"),
        ("outage = 3", "outage"),
        ('[outage]\nfrom = "2026-11-02"', "outage"),
        ("not toml", "TOML"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(UsageError, match=re.escape(named)):
        loaded(tmp_path, text)
