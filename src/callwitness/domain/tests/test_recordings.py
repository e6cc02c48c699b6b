from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callwitness.domain.recordings import begin, tie, voices
from callwitness.domain.recordings.names import read_name, stem
from callwitness.domain.recordings.tables import RECORDINGS, TIES, live_seconds
from callwitness.domain.tests.scenario import calls_of, moment

# the day of the scenarios is 2026-11-02, times of names are those of Moscow (UTC+3)
OFFICE = """
    native_call_id | witness   | segment | queue | agent | caller       | did          | started_at | answered_at | ended_at | result   | human | wait_s | direction
    1793577600.1   | cdr       | queue   | sales | -     | +79160000001 | +74950000001 | 10:00:00   | 10:00:02    | 10:01:40 | answered | no    | -      | inbound
    1793577600.1   | queue_log | talk    | sales | 101   | +79160000001 | +74950000001 | 10:00:37   | 10:00:37    | 10:01:40 | answered | yes   | 35     | inbound
    1793577600.7   | cdr       | talk    | -     | 102   | +79160000001 | +74950000001 | 10:01:58   | 10:02:10    | 10:03:10 | answered | yes   | -      | inbound
    1793577600.9   | cdr       | talk    | -     | 103   | +79160000002 | +74950000001 | 10:02:00   | 10:02:05    | 10:03:05 | answered | yes   | -      | inbound
"""


@dataclass
class Folder:
    """Recordings beside the calls of one office."""

    calls: str = OFFICE
    named: dict[str, str] = field(default_factory=dict)
    zone: str = "Europe/Moscow"

    @property
    def own(self) -> pl.DataFrame:
        return calls_of(self.calls).with_columns(group=pl.col("scall") + 100)

    def tie(self, *names: str, **told: str) -> tuple[dict[str, tuple[str, str]], dict[str, int]]:
        """Name -> (native id, rule) of those tied; name -> possible calls of the others."""
        recordings = RECORDINGS.conform(
            pl.DataFrame(
                {"recording": names, "name": names}, schema_overrides={"recording": pl.String}
            ).with_columns(
                source=pl.lit("office") if told else None,
                native_call_id=pl.lit(next(iter(told.values()), None)),
            )
        )
        tied, loose = self._tie(recordings)
        ids = dict(self.own.select("scall", "native_call_id").iter_rows())
        sure = {
            name: (ids[scall], rule)
            for name, scall, rule in tied.select("recording", "scall", "rule").iter_rows()
        }
        return sure, {name: len(groups) for name, groups in loose.select("recording", "groups").iter_rows()}

    def _tie(self, recordings: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        rows = [("office", native, native, name) for native, name in self.named.items()]
        records = pl.DataFrame(rows, schema=tie.NAMED, orient="row")
        return tie.tie(recordings, self.own, records, {"office": self.zone})

    def begin(self, name: str, duration_s: float) -> tuple[str | None, str | None, float | None]:
        """When it began as hh:mm:ss, by what, and how uncertain."""
        recordings = RECORDINGS.conform(
            pl.DataFrame(
                {"recording": [name], "name": [name], "duration_s": [duration_s], "status": ["nobody"]}
            )
        )
        tied, _ = self._tie(recordings)
        legs = pl.DataFrame(schema=begin.LEGS)
        row = begin.begin(tied, recordings, self.own, legs).row(0, named=True)
        at = row["begun_at"]
        clock = None if at is None else pl.Series([at]).cast(pl.Datetime("ms")).dt.strftime("%H:%M:%S")[0]
        return clock, row["begun_by"], row["uncertainty_s"]


FIRST, SECOND, OTHER = "1793577600.1", "1793577600.7", "1793577600.9"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2026/11/02/in-1-20261102-130000-1793577600.1.wav", "in-1-20261102-130000-1793577600.1"),
        ("C:\\monitor\\a b.WAV49", "a b"),
        ("https://records.example/talk/ab12.mp3?token=1.2", "ab12"),
        ("1793577600.1", "1793577600.1"),
        ("", ""),
        (".wav", ""),
    ],
)
def test_the_stem_is_the_name_without_folder_and_ending(name: str, expected: str) -> None:
    assert stem(name) == expected


@pytest.mark.parametrize(
    "name",
    [
        "in-74950000001-79160000001-20261102-130000-1.wav",
        "20261102130000_79160000001.mp3",
        "2026-11-02 13-00-00 79160000001.ogg",
        "02.11.2026_13-00-00-79160000001.wav",
        "2026-11-02T13:00:00.wav",
    ],
)
def test_a_moment_in_a_name_is_read_in_many_ways(name: str) -> None:
    assert read_name(name).wall == moment("13:00:00")


@pytest.mark.parametrize(
    "name", ["79160000001.wav", "20261345-130000.wav", "20261102-79160000001.wav", "вызов.wav"]
)
def test_what_is_no_moment_is_not_read_as_one(name: str) -> None:
    assert read_name(name).wall is None


def test_a_moment_without_seconds_says_so() -> None:
    said = read_name("79160000001 2026-11-02 13-00.wav")
    assert (said.wall, said.step_ms) == (moment("13:00:00"), 60_000)


def test_the_name_in_the_record_goes_first() -> None:
    tied, loose = Folder(named={SECOND: "2026/11/02/strange name.wav"}).tie("strange name.mp3", "other.wav")
    assert tied == {"strange name.mp3": (SECOND, "named")}
    assert loose == {"other.wav": 0}


def test_one_cell_may_name_several_recordings() -> None:
    tied, _ = Folder(named={SECOND: "[MToxMDA=,MToxMDE=]"}).tie("MToxMDE=.mp3")
    assert tied["MToxMDE=.mp3"] == (SECOND, "named")


@pytest.mark.parametrize(
    "name", [f"x-{FIRST}.wav", f"{FIRST}.wav", f"q-600-7916-20200101-000000-{FIRST}.gsm"]
)
def test_an_id_in_the_name_ties(name: str) -> None:
    assert Folder().tie(name)[0] == {name: (FIRST, "id")}


def test_an_id_that_only_begins_alike_does_not_tie() -> None:
    assert Folder().tie("1793577600.11.wav") == ({}, {"1793577600.11.wav": 0})


@pytest.mark.parametrize(
    "name",
    [
        "in-74950000001-79160000001-20261102-130000.wav",
        "20261102-130030_89160000001.wav",
        "9160000001 2026-11-02 13-00.mp3",
        "79160000001-1793613600.wav",
    ],
)
def test_the_callers_number_and_the_time_tie(name: str) -> None:
    assert Folder().tie(name)[0] == {name: (FIRST, "number_and_time")}


def test_a_caller_who_rings_again_is_told_apart_by_the_moment_at_which_recordings_begin() -> None:
    again = "in-79160000001-20261102-130158.wav"
    assert Folder().tie(again)[0] == {again: (SECOND, "number_and_time")}


def test_two_possible_calls_are_no_call() -> None:
    between = OFFICE.replace("10:01:40", "10:02:30")  # the first call still runs when the second begins
    name = "in-79160000001-20261102-130220.wav"
    assert Folder(between).tie(name) == ({}, {name: 2})


def test_our_own_number_ties_only_where_a_recording_may_begin() -> None:
    folder = Folder()
    assert folder.tie("74950000001-20261102-130000.wav")[0] == {
        "74950000001-20261102-130000.wav": (FIRST, "number_and_time")
    }
    assert folder.tie("74950000001-20261102-130055.wav") == ({}, {"74950000001-20261102-130055.wav": 0})
    # two calls of the line begin within three seconds
    assert folder.tie("74950000001-20261102-130159.wav")[1] == {"74950000001-20261102-130159.wav": 2}


def test_another_zone_is_another_moment() -> None:
    name = "in-79160000001-20261102-130000.wav"
    assert Folder(zone="Europe/Kyiv").tie(name) == ({}, {name: 0})


def test_a_name_that_two_calls_carry_is_decided_by_the_id_in_it() -> None:
    name = f"shared-{OTHER}.wav"
    assert Folder(named={FIRST: name, OTHER: name}).tie(name)[0] == {name: (OTHER, "id")}
    assert Folder(named={FIRST: "same.wav", OTHER: "same.wav"}).tie("same.wav") == ({}, {"same.wav": 2})


def test_a_call_that_is_known_needs_no_name() -> None:
    assert Folder().tie("whatever.wav", call=OTHER)[0] == {"whatever.wav": (OTHER, "told")}


@pytest.mark.parametrize(
    ("name", "duration_s", "expected"),
    [
        # the whole call, as the name says; the length agrees
        (f"in-20261102-130000-{FIRST}.wav", 99.6, ("10:00:00", "name", 1.0)),
        # the name tells when the queue was entered, sound was kept from the answer on
        (f"q-20261102-130002-{FIRST}.wav", 62.4, ("10:00:37", "answer", 1.0)),
        # it rang for three seconds before the recorder had anything to write
        (f"in-20261102-130034-{FIRST}.wav", 62.9, ("10:00:37", "answer", 1.0)),
        # no moment in the name
        (f"{FIRST}.wav", 100.2, ("10:00:00", "start", 1.0)),
        (f"{FIRST}.wav", 97.9, ("10:00:02", "signal", 1.0)),
        # cut, and nobody knows where: all that is missing is in doubt
        (f"in-20261102-130000-{FIRST}.wav", 50.0, ("10:00:00", "name_alone", 49.5)),
        (f"{FIRST}.wav", 50.0, (None, None, None)),
        # a name that tells another day is not believed
        (f"in-20261103-130000-{FIRST}.wav", 99.6, ("10:00:00", "start", 1.0)),
    ],
)
def test_a_recording_begins_where_its_length_meets_an_end(
    name: str, duration_s: float, expected: tuple[str | None, str | None, float | None]
) -> None:
    assert Folder().begin(name, duration_s) == expected


def test_beginnings_that_fit_alike_leave_a_doubt_between_them() -> None:
    at, by, uncertainty = Folder().begin(f"{FIRST}.wav", 99.0)
    assert (at, by, uncertainty) == ("10:00:00", "start", 2.0)


def test_whole_minutes_place_nothing() -> None:
    header, *rows = OFFICE.strip().splitlines()
    coarse = "\n".join([f"{header} | precision_ms", *(f"{row} | 60000" for row in rows)])
    uncertainty = Folder(coarse).begin(f"{FIRST}.wav", 100.0)[2]
    assert uncertainty is not None
    assert uncertainty > begin.SURE_S


HEARD = """
    recording | scall | group | begun_at | uncertainty_s | status | human_voice_s | confidence | duration_s | live_s | channels | silence | method
"""


def said(*rows: str) -> dict[str, object]:
    """VOICES of one call."""
    text = HEARD.strip() + "\n" + "\n".join(rows)
    header, *lines = [[cell.strip() for cell in line.split("|")] for line in text.splitlines()]
    frame = pl.DataFrame(
        {name: [None if line[n] == "-" else line[n] for line in lines] for n, name in enumerate(header)},
        schema=dict.fromkeys(header, pl.String),
    )
    frame = frame.with_columns(
        pl.Series("begun_at", [None if v is None else moment(v) for v in frame["begun_at"]])
    )
    return voices.voices(TIES.conform(frame)).row(0, named=True)


def test_the_earliest_sure_voice_counts() -> None:
    row = said(
        "b.wav | 1 | 1 | 10:00 | 1 | answered | 37.25 | .97 | 90 | 40 | mono | - | a1",
        "a.wav | 1 | 1 | 10:50 | 1 | answered | 2     | .99 | 40 | 20 | mono | - | a1",
    )
    assert (row["heard"], row["voice_recording"], row["voice_at"]) == ("voice", "b.wav", moment("10:37.25"))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ("unsure   | 12 | .9  | 60 | 9 | mono   | -   | a1", "doubtful"),
        ("answered | 12 | .5  | 60 | 9 | mono   | -   | a1", "doubtful"),
        ("nobody   | -  | .95 | 60 | 0 | mono   | -   | a1", "nobody"),
        ("nobody   | -  | .7  | 60 | 0 | mono   | -   | a1", "doubtful"),
        # somebody talks on and on: with somebody who cannot be heard
        ("nobody   | -  | .95 | 60 | 9 | mono   | -   | a1", "doubtful"),
        ("nobody   | -  | .95 | 60 | 9 | stereo | -   | a1", "doubtful"),
        ("nobody   | -  | 1   | 60 | 9 | mono   | -   | person", "nobody"),
        # digital silence is a fault, whatever the detector made of it
        ("nobody   | -  | .99 | 60 | 0 | stereo | far | a1", "faulty"),
        ("answered | 3  | .99 | 60 | 9 | stereo | far | a1", "faulty"),
        ("answered | 3  | .99 | 60 | 9 | stereo | near | a1", "voice"),
        # what a person heard is there; that nothing is heard may be the fault
        ("answered | 3  | 1   | 60 | 9 | stereo | far | person", "voice"),
        ("nobody   | -  | 1   | 60 | 0 | stereo | far | person", "faulty"),
    ],
)
def test_what_one_recording_says(facts: str, expected: str) -> None:
    assert said(f"a.wav | 1 | 1 | 10:00 | 1 | {facts}")["heard"] == expected


def test_nobody_needs_every_recording() -> None:
    row = said(
        "a.wav | 1 | 1 | 10:00 | 1 | nobody | -  | .99 | 60 | 0 | mono | - | a1",
        "b.wav | 1 | 1 | 10:00 | 1 | unsure | 40 | .5  | 60 | 0 | mono | - | a1",
    )
    assert row["heard"] == "doubtful"


def test_a_recording_that_cannot_be_placed_tells_no_moment() -> None:
    row = said("a.wav | 1 | 1 | 10:00 | 9 | answered | 12 | .99 | 60 | 9 | mono | - | a1")
    assert (row["heard"], row["voice_at"]) == ("voice", None)


def test_live_speech_is_counted_on_both_sides() -> None:
    spans = [(0.0, 2.0, "music"), (2.0, 3.5, "speech"), (3.5, 4.0, "quiet"), (4.0, 6.0, "speech_near")]
    assert live_seconds(spans) == 3.5


NAMES = st.text(max_size=60) | st.from_regex(r"[-_ .0-9a-z/]{0,40}", fullmatch=True)


@settings(max_examples=40, deadline=None)
@given(st.lists(NAMES, max_size=6, unique=True))
def test_any_names_are_tied_or_loose_and_none_is_lost(names: list[str]) -> None:
    tied, loose = Folder().tie(*names)
    assert sorted([*tied, *loose]) == sorted(names)


@settings(max_examples=20, deadline=None)
@given(st.permutations([f"a-{FIRST}.wav", "in-79160000001-20261102-130158.wav", f"b-{OTHER}.wav", "x.wav"]))
def test_the_order_of_recordings_changes_nothing(names: list[str]) -> None:
    assert Folder().tie(*names) == Folder().tie(*sorted(names))
