"""queue_log and CEL in their files and exports."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callwitness.adapters.asterisk.tests.reading import read
from callwitness.domain.errors import UnreadableEvidence

ENTER = "1772445600|1772445600.1|600|NONE|ENTERQUEUE||79000000101|1\n"
EVENT = '"CHAN_START","1772445600.123456","","79000000101","","","","74950000101","from-trunk","PJSIP/t-1","","","3","","1772445600.1","1772445600.1","","","",""\n'


def test_a_queue_log_is_read_with_waits_talks_and_rings() -> None:
    lines = ENTER + (
        "1772445605|1772445600.1|600|PJSIP/101|RINGNOANSWER|5000\n"
        "1772445609|1772445600.1|600|Anna|CONNECT|9|1772445606.3|3\n"
        "1772445669|1772445600.1|600|Anna|COMPLETEAGENT|9|60|1\n"
        "1772445670|NONE|600|Anna|PAUSE|Lunch\n"
    )
    records, rejected = read(lines)
    assert rejected.is_empty()
    assert records["kind"].to_list() == ["event", "event", "event", "event", "state"]
    assert records["ring_s"].to_list() == [None, 5, 3, None, None]
    assert records["wait_s"].to_list() == [None, None, 9, 9, None]
    assert records["talk_s"].to_list() == [None, None, None, 60, None]
    assert records["caller"][0] == "+79000000101"
    assert records["precision_ms"].unique().to_list() == [1000]


@pytest.mark.parametrize(
    ("event", "parameters", "wait", "talk"),
    [
        ("ABANDON", "1|2|41", 41, None),
        ("EXITWITHTIMEOUT", "1|2|60", 60, None),
        ("EXITWITHTIMEOUT", "1", None, None),
        ("EXITWITHKEY", "1|2|2|33", 33, None),
        ("EXITEMPTY", "1|1|7", 7, None),
        ("BLINDTRANSFER", "132|from-internal|4|50|1", 4, 50),
        ("ATTENDEDTRANSFER", "BRIDGE|b-1|4|50|1", 4, 50),
        ("ATTENDEDTRANSFER", "LINK|PJSIP/1|PJSIP/2|4|50|1", 4, 50),
        ("COMPLETECALLER", "4|50", 4, 50),
    ],
)
def test_every_event_keeps_its_lengths_in_its_own_places(
    event: str, parameters: str, wait: float | None, talk: float | None
) -> None:
    records, _ = read(ENTER + f"1772445669|1772445600.1|600|PJSIP/101|{event}|{parameters}\n")
    assert (records["wait_s"][1], records["talk_s"][1]) == (wait, talk)


def test_an_export_of_the_table_is_read_with_wall_times() -> None:
    head = "id,time,callid,queuename,agent,event,data1,data2,data3,data4,data5\n"
    records, rejected = read(
        head + "1,2026-03-02 13:00:09.250000,1772445600.1,600,Anna,CONNECT,9,1772445606.3,3,,\n9,8\n"
    )
    assert records["precision_ms"].to_list() == [1]
    assert records["wait_s"].to_list() == [9]
    assert rejected["row"].to_list() == [3]


def test_lines_joined_by_bars_with_wall_times_are_a_queue_log_too() -> None:
    records, _ = read("2026-03-02 13:00:00.5|1772445600.1|600|NONE|ENTERQUEUE||79000000101|1||\n")
    assert records["event"].to_list() == ["enterqueue"]


def test_padded_blank_and_half_lines_are_told_of() -> None:
    records, rejected = read(" 1772445600 |1772445600.1|600|NONE|ENTERQUEUE||1|1\n\n" + ENTER + "17724456\n")
    assert (records["row"].to_list(), rejected["row"].to_list()) == ([1, 3], [4])


def test_a_log_of_restarts_alone_is_a_queue_log_without_calls() -> None:
    records, _ = read("1772445600|NONE|NONE|NONE|QUEUESTART|\n1772445600|NONE|NONE|NONE|CONFIGRELOAD|\n")
    assert records["kind"].to_list() == ["state", "state"]


def test_events_keep_microseconds_as_milliseconds_and_names_nobody_knows() -> None:
    records, rejected = read(EVENT + EVENT.replace("CHAN_START", "WAZO_CALL_LOG_DESTINATION"))
    assert rejected.is_empty()
    assert records["event"].to_list() == ["chan_start", "wazo_call_log_destination"]
    assert records["started_at"].to_list() == [1_772_445_600_123] * 2
    assert records["called"].to_list() == ["+74950000101", None]


def test_events_with_a_header_and_wall_times_are_read_in_any_order_of_columns() -> None:
    head = "id,eventtime,eventtype,uniqueid,linkedid,channame,extra\n"
    line = '1,2026-03-02 10:00:00.25+00,HANGUP,1772445600.1,1772445600.1,PJSIP/t-1,"{""hangupcause"":17,""hangupsource"":""""}"\n'
    records, rejected = read(head + line + line.replace("HANGUP", "?!"))
    assert (records["cause"].to_list(), rejected["row"].to_list()) == (["17"], [3])
    assert records["started_at"].to_list() == [1_772_445_600_250]


def test_a_file_of_another_kind_is_refused_with_a_sentence() -> None:
    with pytest.raises(UnreadableEvidence, match="expected CDR or CEL in CSV, a queue_log, or an SQL dump"):
        read("Дата;Телефон;Длительность\n02.03.2026;79000000101;65\n")


def test_an_empty_file_holds_nothing() -> None:
    records, rejected = read(b"")
    assert (records.height, rejected.height) == (0, 0)


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=200))
def test_any_bytes_after_events_are_survived(junk: bytes) -> None:
    for good in (ENTER, EVENT):
        records, rejected = read((good * 3).encode() + junk + b"\n" + good.encode())
        rows = [*records["row"], *rejected["row"]]
        assert len(set(rows)) == len(rows)
        assert {1, 2, 3} <= set(rows)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), min_size=1, max_size=30),
        max_size=8,
    )
)
def test_every_line_of_a_queue_log_is_a_record_or_a_rejected_row(lines: list[str]) -> None:
    text = ENTER * 9 + "".join(f"{line}\n" for line in lines)
    records, rejected = read(text)
    assert sorted([*records["row"], *rejected["row"]]) == list(range(1, 10 + len(lines)))
