from __future__ import annotations

import polars as pl

from callwitness.services.derive.identify import exploded, identify

Rows = list[tuple[int, int, str, bool]]


def frame(rows: Rows, key: str) -> pl.DataFrame:
    return pl.DataFrame(
        rows,
        schema={key: pl.Int64, "source_id": pl.Int64, "native": pl.String, "anchor": pl.Boolean},
        orient="row",
    )


def same(new: Rows, old: Rows) -> dict[int, int]:
    return dict(identify(frame(new, "group"), frame(old, "call")).iter_rows())


def test_the_same_anchor_is_the_same_call() -> None:
    assert same([(0, 1, "a", True), (1, 1, "b", True)], [(7, 1, "b", True), (8, 1, "a", True)]) == {
        0: 8,
        1: 7,
    }


def test_a_better_witness_takes_the_call_over() -> None:
    assert same([(0, 1, "p1", True), (0, 2, "o1", False)], [(7, 2, "o1", True)]) == {0: 7}


def test_of_two_calls_that_merge_the_one_with_the_anchor_stays() -> None:
    old = [(7, 2, "o1", True), (8, 1, "p1", True)]
    assert same([(0, 1, "p1", True), (0, 2, "o1", False)], old) == {0: 8}


def test_when_a_call_splits_the_part_with_the_anchor_keeps_the_id() -> None:
    old = [(7, 1, "p1", True), (7, 2, "o1", False)]
    assert same([(0, 2, "o1", True), (1, 1, "p1", True)], old) == {1: 7}


def test_native_ids_of_different_sources_are_different() -> None:
    assert same([(0, 1, "1", True)], [(7, 2, "1", True)]) == {}


def test_nobody_gets_two_calls_and_no_call_two_heirs() -> None:
    new = [(0, 1, "a", True), (0, 2, "x", False), (1, 1, "b", True), (1, 2, "x", False)]
    old = [(7, 2, "x", True), (8, 1, "b", False)]
    found = same(new, old)
    assert len(set(found.values())) == len(found)
    assert found[0] == 7


def test_every_id_of_a_source_call_counts() -> None:
    rows = pl.DataFrame({"group": [0], "source_id": [1], "native_ids": [["a", "b", "a"]], "anchor": [True]})
    assert sorted(exploded(rows, "group").iter_rows()) == [(0, 1, "a", True), (0, 1, "b", True)]
