"""A few hundred phone strings written by strangers: none may crash, each keeps the promises of ``normalise``."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from callwitness.ingest.contract import NumberPlan
from callwitness.ingest.kit.numbers import normalise, number_keys


@pytest.mark.parametrize("country", ["RU", "UA", "US", "DE", None])
def test_phone_strings_of_strangers_are_read_without_surprise(
    shared_samples: Path, country: str | None
) -> None:
    lines = (
        (shared_samples / "phones" / "phone_strings_libphonenumber_tests.txt").read_text("utf-8").splitlines()
    )
    raw = pl.Series("raw", lines)
    plan = NumberPlan(country)
    frame = normalise(raw, plan).with_columns(raw=raw)
    assert frame.height == len(lines)
    assert number_keys(raw, plan).to_list() == frame["key"].to_list()
    numbers = frame.filter(pl.col("kind") == "number")
    assert numbers.height > 100
    assert numbers["number"].str.contains(r"^\+[1-9][0-9]{4,14}$").all()
    assert (numbers["number"].str.strip_prefix("+").cast(pl.Int64) == numbers["key"]).all()
    extensions = frame.filter(pl.col("kind") == "extension")
    assert extensions["number"].str.contains(r"^[0-9]{2,5}$").all()
    assert (frame.filter(pl.col("kind") != "number")["key"] <= 0).all()


def test_the_same_american_number_in_many_coats_has_one_key(shared_samples: Path) -> None:
    lines = (
        (shared_samples / "phones" / "phone_strings_libphonenumber_tests.txt").read_text("utf-8").splitlines()
    )
    coats = [line for line in lines if "".join(c for c in line if c.isdigit() or c == "+") == "+16502530000"]
    keys = number_keys(pl.Series("raw", coats), NumberPlan("US"))
    assert len(coats) >= 3
    assert set(keys.to_list()) == {16502530000}
