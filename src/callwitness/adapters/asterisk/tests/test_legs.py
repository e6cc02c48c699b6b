"""Scenarios of an exchange, each as the rows it writes, with what they must be read into."""

from __future__ import annotations

import polars as pl
import pytest

from callwitness.adapters.asterisk.tests.reading import RUSSIA, cdr, legs
from callwitness.ingest.contract import ReadOptions


def wide(table: str) -> str:
    """A text table with a header as CSV: cells between bars, blanks around them left out."""
    lines = [line.split("|") for line in table.strip().splitlines()]
    return "".join(
        ",".join('"' + cell.strip().replace('"', '""') + '"' for cell in line) + "\n" for line in lines
    )


def segments(found: pl.DataFrame, witness: str) -> list[tuple[str, str, str | None, bool | None]]:
    rows = found.filter(witness=witness).sort("started_at", "rec", "segment")
    return rows.select("segment", "result", "agent", "human").rows()


def test_ten_phones_ring_and_one_answers_it_is_one_answered_call() -> None:
    rows = [
        cdr(
            dstchannel=f"PJSIP/{101 + at}-0000001{at}",
            disposition="NO ANSWER",
            answer="",
            billsec=0,
            sequence=at,
        )
        for at in range(9)
    ]
    found = legs({"Master.csv": "".join(rows) + cdr(dstchannel="PJSIP/110-00000020", sequence=9)})
    assert found["native_call_id"].n_unique() == 1
    assert found.filter("human")["agent"].to_list() == ["110"]
    assert found.filter(segment="ring").height == 9


@pytest.mark.parametrize(
    ("app", "segment"),
    [
        ("Queue", "queue"),
        ("BackGround", "ivr"),
        ("Playback", "announcement"),
        ("VoiceMail", "voicemail"),
        ("Hangup", "signal"),
    ],
)
def test_answered_without_a_second_channel_means_a_machine(app: str, segment: str) -> None:
    found = legs({"Master.csv": cdr(dstchannel="", app=app)})
    assert segments(found, "cdr")[0][0] == segment
    assert found["human"].to_list() == [False]


def test_dial_without_a_second_channel_rang_nobody() -> None:
    assert segments(legs({"Master.csv": cdr(dstchannel="", dst="150")}), "cdr") == [
        ("ring", "failed", "150", False)
    ]


def test_a_local_channel_is_no_person_and_its_other_half_may_be_one() -> None:
    half = "Local/101@from-queue-00000001"
    text = cdr(dstchannel=f"{half};1", app="Queue", data="600,t") + cdr(
        channel=f"{half};2", uniqueid="1772445600.3", app="Dial", sequence=2
    )
    talks = legs({"Master.csv": text}).filter(segment="talk").sort("rec")
    assert talks.select("agent", "human").rows() == [("101", None), ("101", True)]
    assert (
        legs({"Master.csv": cdr(dstchannel=f"{half};1", app="Queue", data="600,t")})
        .filter("human")
        .is_empty()
    )


def test_an_outgoing_call_is_the_employees_who_dialled() -> None:
    text = cdr(
        src="101",
        dst="79000000777",
        context="from-internal",
        channel="PJSIP/101-00000001",
        dstchannel="PJSIP/city-00000002",
    )
    row = legs({"Master.csv": text}).row(0, named=True)
    assert (row["direction"], row["agent"], row["called"], row["trunk"]) == (
        "outbound",
        "101",
        "+79000000777",
        "city",
    )


def test_colleagues_call_each_other_inside() -> None:
    text = cdr(
        src="101",
        dst="102",
        context="from-internal",
        channel="PJSIP/101-00000001",
        dstchannel="PJSIP/102-00000002",
    )
    row = legs({"Master.csv": text}).row(0, named=True)
    assert (row["direction"], row["agent"], row["called"]) == ("internal", "102", "102")


def test_trunks_and_contexts_may_be_given() -> None:
    text = cdr(src="555", dst="101", context="zal", channel="PJSIP/900-00000001")
    assert legs({"Master.csv": text})["direction"].to_list() == ["internal"]
    for options in ({"trunk": "PJSIP/900"}, {"trunk": "900"}):
        found = legs({"Master.csv": text}, ReadOptions(numbers=RUSSIA, options=options))
        assert found["direction"].to_list() == ["inbound"]
    cel = wide("""
        eventtype  | eventtime         | uniqueid     | linkedid     | channame         | context | exten | cid_num
        CHAN_START | 1772445600.000001 | 1772445600.1 | 1772445600.1 | PJSIP/900-000001 | zal     | 101   | 555
        CHAN_END   | 1772445609.000001 | 1772445600.1 | 1772445600.1 | PJSIP/900-000001 | zal     | 101   | 555
    """)
    found = legs({"cel.csv": cel}, ReadOptions(numbers=RUSSIA, options={"context": "zal"}))
    assert found["direction"].to_list() == ["inbound"]


QUEUES = {
    "a caller who comes into two queues visits twice": (
        """
        1772445600|1772445600.1|sales|NONE|ENTERQUEUE||79000000101|1
        1772445620|1772445600.1|sales|NONE|EXITWITHTIMEOUT|1|1|20
        1772445621|1772445600.1|support|NONE|ENTERQUEUE||79000000101|1
        1772445640|1772445600.1|support|NONE|ABANDON|1|1|19
        """,
        [("queue", "timeout", None, False), ("queue", "abandoned", None, False)],
    ),
    "a transfer ends the talk without COMPLETE": (
        """
        1772445600|1772445600.1|sales|NONE|ENTERQUEUE||79000000101|1
        1772445609|1772445600.1|sales|PJSIP/101|CONNECT|9|1772445606.3|3
        1772445669|1772445600.1|sales|PJSIP/101|BLINDTRANSFER|132|ctx|9|60|1
        """,
        [
            ("queue", "answered", None, None),
            ("talk", "answered", "101", True),
            ("transfer", "transferred", "101", None),
        ],
    ),
    "a visit that never closes has no result": (
        """
        1772445600|1772445600.1|sales|NONE|ENTERQUEUE||79000000101|1
        1772445700|NONE|NONE|NONE|QUEUESTART|
        """,
        [("queue", "unknown", None, None)],
    ),
    "lines written twice after rotation count once": (
        """
        1772445600|1772445600.1|sales|NONE|ENTERQUEUE||79000000101|1
        1772445600|1772445600.1|sales|NONE|ENTERQUEUE||79000000101|1
        1772445620|1772445600.1|sales|NONE|ABANDON|1|1|20
        1772445620|1772445600.1|sales|NONE|ABANDON|1|1|20
        """,
        [("queue", "abandoned", None, False)],
    ),
    "a member behind a Local channel is the extension": (
        """
        1772445600|1772445600.1|sales|NONE|ENTERQUEUE||79000000101|1
        1772445605|1772445600.1|sales|Local/104@from-internal/n|RINGNOANSWER|0
        1772445609|1772445600.1|sales|Local/105@from-internal/n|CONNECT|9|1772445606.3
        1772445612|1772445600.1|sales|Local/105@from-internal/n|COMPLETECALLER|9|3|1
        """,
        [
            ("queue", "answered", None, None),
            ("ring", "no_answer", "104", False),
            ("talk", "answered", "105", True),
        ],
    ),
    "a log that begins after the caller entered still knows the wait": (
        "1772445620|1772445600.1|sales|NONE|ABANDON|1|1|20\n",
        [("queue", "abandoned", None, False)],
    ),
}


@pytest.mark.parametrize("story", QUEUES)
def test_in_a_queue(story: str) -> None:
    log, expected = QUEUES[story]
    text = "".join(f"{line.strip()}\n" for line in log.strip().splitlines())
    assert segments(legs({"queue_log": text}), "queue_log") == expected


def test_an_abandoned_wait_begins_when_the_queue_was_entered() -> None:
    found = legs({"queue_log": "1772445620|1772445600.1|sales|NONE|ABANDON|1|1|20\n"}).row(0, named=True)
    assert (found["ended_at"] - found["started_at"], found["wait_s"]) == (20_000, 20)


TWO_FAMILIES = """
eventtype        | eventtime      | uniqueid       | linkedid       | channame              | context       | exten       | cid_num     | extra
CHAN_START       | 1772445600.00  | 1772445600.1   | 1772445600.1   | PJSIP/trunk-00000001  | from-trunk    | 74950000101 | 79000000101 |
CHAN_START       | 1772445600.10  | 1772445600.2   | 1772445600.1   | PJSIP/101-00000002    | from-internal | s           | 101         |
ANSWER           | 1772445604.00  | 1772445600.2   | 1772445600.1   | PJSIP/101-00000002    | from-internal | s           | 101         |
BRIDGE_ENTER     | 1772445604.10  | 1772445600.2   | 1772445600.1   | PJSIP/101-00000002    | from-internal |             | 101         | {"bridge_id":"b1"}
BRIDGE_ENTER     | 1772445604.10  | 1772445600.1   | 1772445600.1   | PJSIP/trunk-00000001  | from-trunk    |             | 79000000101 | {"bridge_id":"b1"}
CHAN_START       | 1772445610.00  | 1772445610.3   | 1772445610.3   | PJSIP/101-00000003    | from-internal | 102         | 101         |
CHAN_START       | 1772445610.10  | 1772445610.4   | 1772445610.3   | PJSIP/102-00000004    | from-internal | s           | 102         |
BRIDGE_ENTER     | 1772445612.00  | 1772445610.4   | 1772445610.3   | PJSIP/102-00000004    | from-internal |             | 102         | {"bridge_id":"b2"}
BRIDGE_ENTER     | 1772445612.00  | 1772445610.3   | 1772445610.3   | PJSIP/101-00000003    | from-internal |             | 101         | {"bridge_id":"b2"}
ATTENDEDTRANSFER | 1772445615.00  | 1772445600.2   | 1772445600.1   | PJSIP/101-00000002    | from-internal |             | 101         | {"bridge1_id":"b1","channel2_uniqueid":"1772445610.3","bridge2_id":"b2"}
BRIDGE_EXIT      | 1772445615.00  | 1772445600.2   | 1772445600.1   | PJSIP/101-00000002    | from-internal |             | 101         | {"bridge_id":"b1"}
BRIDGE_EXIT      | 1772445615.00  | 1772445610.3   | 1772445610.3   | PJSIP/101-00000003    | from-internal |             | 101         | {"bridge_id":"b2"}
BRIDGE_EXIT      | 1772445615.00  | 1772445600.1   | 1772445600.1   | PJSIP/trunk-00000001  | from-trunk    |             | 79000000101 | {"bridge_id":"b1"}
BRIDGE_ENTER     | 1772445615.00  | 1772445600.1   | 1772445600.1   | PJSIP/trunk-00000001  | from-trunk    |             | 79000000101 | {"bridge_id":"b2"}
BRIDGE_EXIT      | 1772445630.00  | 1772445610.4   | 1772445600.1   | PJSIP/102-00000004    | from-internal |             | 102         | {"bridge_id":"b2"}
BRIDGE_EXIT      | 1772445630.00  | 1772445600.1   | 1772445600.1   | PJSIP/trunk-00000001  | from-trunk    |             | 79000000101 | {"bridge_id":"b2"}
CHAN_END         | 1772445630.00  | 1772445600.1   | 1772445600.1   | PJSIP/trunk-00000001  | from-trunk    |             | 79000000101 |
"""


def test_a_transfer_that_merges_two_linked_ids_is_one_call() -> None:
    found = legs({"cel.csv": wide(TWO_FAMILIES)})
    assert set(found.filter(native_call_id="1772445610.3")["joins"]) == {"1772445600.1"}
    assert set(found["direction"]) == {"inbound"}
    assert found.filter("human").sort("answered_at")["agent"].unique(maintain_order=True).to_list() == [
        "101",
        "102",
    ]


def test_names_of_members_are_learned_from_the_agents_channels() -> None:
    log = (
        "1772445600|1772445600.1|sales|NONE|ENTERQUEUE||79000000101|1\n"
        "1772445604|1772445600.1|sales|Anna Orlova|CONNECT|4|1772445600.2|4\n"
        "1772445700|1772445690.9|sales|Anna Orlova|RINGNOANSWER|5000\n"
    )
    found = legs({"cel.csv": wide(TWO_FAMILIES), "queue_log": log})
    assert set(found.filter(witness="queue_log")["agent"].drop_nulls()) == {"101"}
    assert set(legs({"queue_log": log})["agent"].drop_nulls()) == {"Anna Orlova"}


def test_no_rows_give_no_legs() -> None:
    assert legs({"queue_log": ""}).is_empty()
    assert legs({"queue_log": "1772445600|NONE|NONE|NONE|QUEUESTART|\n"}).is_empty()
