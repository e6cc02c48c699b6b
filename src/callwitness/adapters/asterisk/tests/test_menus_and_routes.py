"""FreePBX with its menus, numbers without a route and long extension numbers: what the rows say and what they hide."""

from __future__ import annotations

import polars as pl
import pytest

from callwitness.adapters.asterisk import detail
from callwitness.adapters.asterisk.tests.reading import cdr, legs, settle
from callwitness.adapters.asterisk.tests.test_legs import segments, wide
from callwitness.domain.assemble import assemble
from callwitness.domain.rules import SourceInfo

IN_THE_MENU = """
eventtype  | eventtime     | uniqueid     | linkedid     | channame             | context    | exten | cid_num     | extra
CHAN_START | 1772445600.00 | 1772445600.1 | 1772445600.1 | PJSIP/trunk-00000001 | from-pstn  | 700   | 79000000101 |
ANSWER     | 1772445601.00 | 1772445600.1 | 1772445600.1 | PJSIP/trunk-00000001 | ivr-4      | s     | 79000000101 |
HANGUP     | 1772445665.00 | 1772445600.1 | 1772445600.1 | PJSIP/trunk-00000001 | ivr-4      | h     | 79000000101 | {"hangupcause":66,"hangupsource":"PJSIP/trunk-00000001"}
CHAN_END   | 1772445665.00 | 1772445600.1 | 1772445600.1 | PJSIP/trunk-00000001 | ivr-4      | h     | 79000000101 |
"""

NO_ROUTE = """
eventtype  | eventtime     | uniqueid     | linkedid     | channame             | context    | exten  | cid_num     | extra
CHAN_START | 1772445600.00 | 1772445600.1 | 1772445600.1 | PJSIP/trunk-00000001 | from-pstn  | 777    | 79000000101 |
ANSWER     | 1772445601.00 | 1772445600.1 | 1772445600.1 | PJSIP/trunk-00000001 | from-pstn  | s      | 79000000101 |
HANGUP     | 1772445610.00 | 1772445600.1 | 1772445600.1 | PJSIP/trunk-00000001 | {context} | h      | 79000000101 | {{"hangupcause":16,"hangupsource":"dialplan/builtin"}}
CHAN_END   | 1772445610.00 | 1772445600.1 | 1772445600.1 | PJSIP/trunk-00000001 | {context} | h      | 79000000101 |
"""

BY_A_KEY = """
eventtype    | eventtime     | uniqueid     | linkedid     | channame             | context     | exten       | cid_num     | extra
CHAN_START   | 1772445600.00 | 1772445600.1 | 1772445600.1 | PJSIP/trunk-00000001 | from-pstn   | 74950000101 | 79000000101 |
ANSWER       | 1772445600.50 | 1772445600.1 | 1772445600.1 | PJSIP/trunk-00000001 | ivr-4       | s           | 79000000101 |
CHAN_START   | 1772445607.00 | 1772445607.2 | 1772445600.1 | PJSIP/trunk-00000002 | from-pstn   | s           |             |
ANSWER       | 1772445607.40 | 1772445607.2 | 1772445600.1 | PJSIP/trunk-00000002 | from-pstn   | 79000000202 | 79000000202 |
{enter}
{leave}
HANGUP       | 1772445665.00 | 1772445600.1 | 1772445600.1 | PJSIP/trunk-00000001 | macro-trunk | s           | 79000000101 | {{"hangupcause":16}}
CHAN_END     | 1772445665.00 | 1772445600.1 | 1772445600.1 | PJSIP/trunk-00000001 | macro-trunk | s           | 79000000101 |
"""
BRIDGE = "\n".join(
    f'{event} | {at} | {one} | 1772445600.1 | {name} | macro-trunk | s | {number} | {{"bridge_id":"b1"}}'
    for event, at in (("BRIDGE_ENTER", "1772445607.50"), ("BRIDGE_EXIT", "1772445664.90"))
    for one, name, number in (
        ("1772445607.2", "PJSIP/trunk-00000002", "79000000202"),
        ("1772445600.1", "PJSIP/trunk-00000001", "79000000101"),
    )
)


def call(files: dict[str, bytes | str]) -> dict[str, object]:
    """The one call that the files tell of, as this exchange alone knows it."""
    records = settle(files)[0]
    names = records.select("rec", name=pl.lit("row"), record_id=pl.col("rec").cast(pl.String))
    calls = assemble(legs(files), names, SourceInfo("office", "office"))
    assert calls.height == 1
    return calls.row(0, named=True)


def test_a_caller_whose_channel_died_in_the_menu_left_the_menu_and_the_vain_dial_is_told() -> None:
    row = cdr(
        dstchannel="", dst="700", context="followme-check", data="VIRTUAL/700,15", start="2026-03-02 10:00:00"
    )
    told = call({"Master.csv": row, "cel.csv": wide(IN_THE_MENU)})
    assert told["result"] == "abandoned_in_ivr"
    assert '"code":"cdr_dial_failed","params":{"target":"VIRTUAL/700","cause":"66"' in str(told["reasons"])
    assert "cdr_no_answer" not in str(told["reasons"])


@pytest.mark.parametrize(
    ("app", "data", "context", "result"),
    [
        ("Playback", "ss-noservice", "from-pstn", "failed"),
        ("SayAlpha", "777", "from-pstn", "failed"),
        ("Hangup", "", "from-pstn", "failed"),
        ("Wait", "5", "from-pstn", "failed"),
        ("Playback", "ss-noservice", "app-announcement-3", "abandoned_in_ivr"),
        ("Playback", "our-menu", "from-pstn", "abandoned_in_ivr"),
    ],
)
def test_a_number_without_a_route(app: str, data: str, context: str, result: str) -> None:
    row = cdr(dstchannel="", dst="s", context="from-pstn", app=app, data=data)
    told = call({"Master.csv": row, "cel.csv": wide(NO_ROUTE.format(context=context))})
    assert told["result"] == result
    assert ("no_route" in str(told["reasons"])) == (result == "failed")


def test_a_bare_hang_up_proves_nothing_without_channel_events() -> None:
    row = cdr(dstchannel="", dst="s", context="from-pstn", app="{}", data="{}")
    assert call({"Master.csv": row.replace("{}", "Hangup", 1)})["result"] == "unknown"
    noservice = row.replace("{}", "Playback", 1).replace("{}", "ss-noservice")
    assert call({"Master.csv": noservice})["result"] == "failed"


ROW_BY_A_KEY = cdr(
    dst="700",
    context="followme-check",
    dstchannel="PJSIP/trunk-00000002",
    data="VIRTUAL/700,15",
    answer="2026-03-02 10:00:00",
    billsec=65,
)


def test_who_was_in_the_bridge_names_the_leg_that_a_menu_put_through() -> None:
    cel = wide(BY_A_KEY.replace("{enter}\n{leave}", BRIDGE).replace("{{", "{").replace("}}", "}"))
    files: dict[str, bytes | str] = {"Master.csv": ROW_BY_A_KEY, "cel.csv": cel}
    talk = legs(files).filter(segment="talk", witness="cdr").row(0, named=True)
    assert (talk["talk_s"], talk["human"]) == (57.5, True)
    told = call(files)
    assert (told["agents"], told["flags"]) == (["79000000202"], [])


def test_a_channel_that_never_was_in_a_bridge_is_no_person() -> None:
    elsewhere = BRIDGE.replace("1772445607.2 ", "1772445607.9 ").replace("trunk-00000002", "trunk-00000009")
    cel = wide(BY_A_KEY.replace("{enter}\n{leave}", elsewhere).replace("{{", "{").replace("}}", "}"))
    found = legs({"Master.csv": ROW_BY_A_KEY, "cel.csv": cel})
    assert segments(found, "cdr")[0][3] is False


def test_a_registered_endpoint_is_an_extension_however_long_its_number() -> None:
    row = cdr(
        src="4950000562",
        dst="4950000563",
        context="followme-check",
        channel="PJSIP/4950000562-00000001",
        dstchannel="Local/LC-4950000563@from-internal-00000001;1",
        disposition="FAILED",
        answer="",
        billsec=0,
    )
    told = call({"Master.csv": row})
    assert (told["direction"], told["caller"], told["caller_kind"]) == ("internal", "4950000562", "extension")


def test_endpoints_with_names_call_each_other_inside() -> None:
    row = cdr(
        src="anna",
        dst="6789",
        context="default",
        channel="PJSIP/anna-00000001",
        dstchannel="PJSIP/boris-00000002",
    )
    told = call({"Master.csv": row})
    assert (told["direction"], told["caller"], told["caller_kind"]) == ("internal", "anna", "extension")
    assert told["agent"] == "boris"


def test_an_exchange_that_could_make_no_channel_failed() -> None:
    lines = IN_THE_MENU.replace("ivr-4     ", "app-blackhole").strip().splitlines()
    told = call({"cel.csv": wide("\n".join(line for line in lines if not line.startswith("ANSWER")))})
    assert told["result"] == "failed"


def test_details_of_frames_of_several_chunks_are_taken_apart() -> None:
    records = settle({"Master.csv": cdr()})[0]
    many = pl.concat([records] * 3, rechunk=False)
    assert detail.unpack(many, detail.CDR)["lastapp"].to_list() == ["Dial"] * 3
