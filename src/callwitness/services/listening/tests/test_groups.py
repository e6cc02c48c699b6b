"""Which recordings teach which."""

from __future__ import annotations

from pathlib import Path

from callwitness.services.listening import groups
from callwitness.services.listening.groups import Traced, by_line, originals


def traced(file: str, sha256: str = "", duration_s: float = 60.0) -> Traced:
    return Traced(file, Path(f"{file}.npz"), duration_s, sha256 or file)


def test_a_copy_shares_the_facts_of_the_first_of_its_line() -> None:
    line_of = {"b": "1", "a": "1", "c": "2", "d": "1"}
    recordings = [traced("b", "same"), traced("a", "same"), traced("c", "same"), traced("d")]
    expected = {"a": "a", "b": "a", "c": "c", "d": "d"}
    assert originals(recordings, line_of) == expected
    assert originals(recordings[::-1], line_of) == expected


def test_lines_are_apart_and_each_in_order_of_names() -> None:
    recordings = [traced("z"), traced("b"), traced("a")]
    told = by_line(recordings, {"z": "2", "b": "1", "a": "1"})
    assert {line: [each.file for each in own] for line, own in told.items()} == {"2": ["z"], "1": ["a", "b"]}


def test_a_line_is_cut_by_length_and_nothing_is_lost() -> None:
    day = groups.GROUP_S
    recordings = [
        traced("a", duration_s=day),
        traced("b", duration_s=day / 2),
        traced("c", duration_s=day / 2),
    ]
    recordings += [traced("d", duration_s=2 * day), traced("e")]
    cut = [[each.file for each in group] for group in groups.groups(recordings)]
    assert cut == [["a"], ["b", "c"], ["d"], ["e"]]
    assert list(groups.groups([])) == []


def test_chunks_hold_everything_once() -> None:
    recordings = [traced(f"{number:03}") for number in range(50)]
    assert [each for chunk in groups.chunks(recordings) for each in chunk] == recordings
