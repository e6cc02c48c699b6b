"""CDR files as the world writes them."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callwitness.adapters.asterisk.tests.reading import PLAIN, cdr, read, settle
from callwitness.ingest.contract import ReadOptions

TIMES = '"2026-03-02 10:00:00","2026-03-02 10:00:05","2026-03-02 10:01:05"'
BASE = (
    '"","79000000101","74950000101","from-trunk","""Ann"" <79000000101>","PJSIP/trunk-00000001",'
    f'"PJSIP/101-00000002","Dial","PJSIP/101,20",{TIMES},65,60,"ANSWERED","DOCUMENTATION"'
)
ID = "1772445600.1"
WIDTHS = {
    16: BASE,
    17: f'{BASE},"{ID}"',
    18: f'{BASE},"{ID}","note"',
    19: f'{BASE},"peer","{ID}",7',
    20: f'{BASE},"{ID}","peer","{ID}",7',
    21: f'{BASE},"{ID}","note","peer","{ID}",7',
}


@pytest.mark.parametrize("width", WIDTHS)
def test_every_width_of_master_csv_is_read(width: int) -> None:
    records, rejected = read(WIDTHS[width] + "\n")
    assert rejected.is_empty()
    row = records.row(0, named=True)
    assert (row["caller"], row["called"], row["talk_s"], row["total_s"]) == (
        "+79000000101",
        "+74950000101",
        60,
        65,
    )
    assert row["answered_at"] - row["started_at"] == 5_000
    assert (row["native_id"] or "").startswith(ID) == (width in (17, 18, 20, 21))
    assert (row["native_call_id"] == ID) == (width >= 19)


def test_the_seventeenth_column_is_a_unique_id_or_a_user_field_by_its_shape() -> None:
    records, _ = read(f'{BASE},"{ID}"\n{BASE},"gold customer"\n')
    assert records["native_id"].to_list() == [ID, None]


@pytest.mark.parametrize(
    ("userfield", "recording"),
    [
        ("note", None),
        ("in-79000000101-20260302-100000.wav", "in-79000000101-20260302-100000.wav"),
        ("audio:20260302-100000-1772445600.1.WAV", "20260302-100000-1772445600.1.WAV"),
        ("2026/03/02/call 1.gsm", "2026/03/02/call 1.gsm"),
        ("paid.nothing", None),
    ],
)
def test_a_recording_named_in_the_user_field_is_the_recording(userfield: str, recording: str | None) -> None:
    records, _ = read(f'{BASE},"{ID}","{userfield}"\n')
    assert records["recording"].to_list() == [recording]


def test_layouts_may_change_inside_a_file() -> None:
    lines = [WIDTHS[width] for width in (16, 18, 21, 17, 21, 18)]
    records, rejected = read("\n".join(lines) + "\n")
    assert rejected.is_empty()
    assert sorted(records["row"]) == [1, 2, 3, 4, 5, 6]


def test_a_template_of_its_own_is_recognised_by_its_values() -> None:
    line = (
        '"""Ann"" <79000000101>","79000000101","74950000101","default","PJSIP/a-00000002","PJSIP/b-00000003","Dial",'
        f'"PJSIP/b",{TIMES},"65","60","ANSWERED","DOCUMENTATION","","{ID}","",2\n'
    )
    row = read(line)[0].row(0, named=True)
    assert (row["caller"], row["called_raw"], row["native_id"]) == ("+79000000101", "74950000101", f"{ID}#2")


def test_columns_may_be_given() -> None:
    options = ReadOptions(options={"columns": "start,duration,billsec,disposition,src,dst,uniqueid"})
    records, rejected = read(f"2026-03-02 10:00:00,65,60,ANSWERED,101,102,{ID}\n", options)
    assert rejected.is_empty()
    assert records["caller_raw"].to_list() == ["101"]


def test_an_export_of_freepbx_with_a_header_settles_day_and_month_by_the_unique_id() -> None:
    header = "calldate,clid,src,dst,dcontext,channel,dstchannel,lastapp,lastdata,duration,billsec,disposition,amaflags,"
    line = "ann,79000000101,74950000101,from-trunk,PJSIP/t-1,PJSIP/101-2,Dial,x,65,60,ANSWERED,3,"
    day_first = f"{header}accountcode,uniqueid,userfield\n2/3/2026 10:00:00,{line},{ID},\n"
    month_first = f"{header}accountcode,uniqueid,userfield\n3/2/2026 10:00:00,{line},{ID},\n"
    moments = [read(text)[0]["started_at"].to_list() for text in (day_first, month_first)]
    assert moments == [[1_772_445_600_000]] * 2


def test_an_export_of_freepbx_without_a_header_tells_the_answer_by_its_lengths() -> None:
    line = (
        f'"2026-03-02 10:00:00","""Ann"" <79000000101>","79000000101","600","ext-queues","PJSIP/t-1","PJSIP/101-2",'
        f'"Queue","600,t,,",65,60,"ANSWERED",3,"","{ID}","","74950000101","rec.wav","","","","","","{ID}","",9\n'
    )
    row = read(line)[0].row(0, named=True)
    assert (row["did"], row["queue"], row["recording"]) == ("+74950000101", "600", "rec.wav")
    assert row["answered_at"] - row["started_at"] == 5_000


REFUSED = {
    "a row typed in by hand": (cdr(start="1000-01-01 00:00:00"), "no call started at"),
    "a date emptied": (cdr(start="0000-00-00 00:00:00"), "expected the start of a call"),
    "a date that is none": (cdr(start="2026-02-30 10:00:00"), "expected the start of a call"),
    "a negative length": (cdr(duration=-5), "negative duration"),
    "a disposition nobody writes": (cdr(disposition="MAYBE"), "expected a disposition"),
    "an end that is none": (cdr(end="tomorrow"), "expected the end of a call"),
    "an answer that is none": (cdr(answer="soon"), "expected the time of answer"),
    "a length in words": (cdr().replace(",65,60,", ",long,60,"), "expected duration and billsec"),
    "a line cut short": (cdr()[:120] + "\n", "expected the columns of a CDR"),
}


@pytest.mark.parametrize("damage", REFUSED)
def test_a_row_is_rejected_with_a_sentence_and_the_others_go_on(damage: str) -> None:
    line, sentence = REFUSED[damage]
    records, rejected = read(cdr() * 20 + line + cdr())
    assert records.height == 21
    assert rejected["row"].to_list() == [21]
    assert rejected["reason"][0].startswith(sentence) or "does not end" in rejected["reason"][0]


def test_odd_but_possible_rows_are_kept() -> None:
    day = 86_400
    rows = [
        cdr(billsec=70, answer="2026-03-02 10:00:00"),  # billed longer than it lasted
        cdr(end="2026-03-04 10:00:00", duration=2 * day, billsec=2 * day - 5),  # a channel that hung
        cdr(answer="2026-03-02 10:00:05", disposition="NO ANSWER", billsec=60),
    ]
    records, rejected = read("".join(rows))
    assert rejected.is_empty()
    assert records["total_s"].to_list() == [65, 2 * day, 65]


def test_a_call_over_the_autumn_hour_lasts_as_long_as_its_length_says() -> None:
    row = cdr(
        start="2026-10-25 02:50:00",
        answer="2026-10-25 02:50:05",
        end="2026-10-25 02:10:00",
        duration=1200,
        billsec=1195,
    )
    told = read(row)[0].row(0, named=True)
    assert told["ended_at"] - told["started_at"] == 1_200_000
    assert told["answered_at"] - told["started_at"] == 5_000


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_ends_nul_bytes_and_old_encodings_do_no_harm(ending: str) -> None:
    lines = [cdr(), cdr().replace("from-trunk", "из города"), "\0\0" + cdr()]
    data = ending.join(line.strip("\n") for line in lines).encode("cp1251")
    records, rejected = read(data)
    assert (records["row"].to_list(), rejected.height) == ([1, 2, 3], 0)


def test_hidden_callers_have_no_number() -> None:
    records, _ = read("".join(cdr(src=src) for src in ("anonymous", "", "<unknown>", "Restricted")))
    assert records["caller_key"].to_list() == [0] * 4
    assert set(records["caller_kind"]) == {"withheld"}


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=200), st.integers(0, 400))
def test_any_damage_in_the_middle_of_a_file_loses_nothing(junk: bytes, at: int) -> None:
    good = (cdr() * 3).encode()
    data = good + cdr().encode()[:at] + junk + b"\n" + good
    records, rejected = read(data, PLAIN)
    rows = [*records["row"], *rejected["row"]]
    assert len(set(rows)) == len(rows)
    assert {1, 2, 3} <= set(records["row"])
    assert records.filter(pl.col("row") > 3).height >= 2


def test_rows_without_linked_id_are_one_call_when_they_share_a_channel() -> None:
    def row(uniqueid: str, channel: str, far: str, start: str) -> str:
        line = cdr(uniqueid=uniqueid, channel=channel, dstchannel=far, start=start)
        return ",".join(line.strip().split(",")[:-3]) + "\n"

    text = (
        row("1772445600.1", "PJSIP/trunk-00000001", "Local/101@ctx-00000001;1", "2026-03-02 10:00:00")
        + row("1772445600.3", "Local/101@ctx-00000001;2", "PJSIP/101-00000002", "2026-03-02 10:00:01")
        + row("1772449200.9", "PJSIP/trunk-00000001", "PJSIP/101-00000002", "2026-03-02 11:00:00")
    )
    settled, _ = settle({"Master.csv": text})
    assert settled["native_call_id"].to_list() == ["1772445600.1", "1772445600.1", "1772449200.9"]
