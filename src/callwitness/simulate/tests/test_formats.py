from __future__ import annotations

import email
import re
import tomllib
from email.policy import default

from callwitness.simulate.tests.conftest import World

STAMP = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
CDR = re.compile(
    r'"","\+?\w*","[\w+]*","[\w-]+","""[^"]*"" <[\w+]*>","(?:PJSIP|Local)/[^"]+","(?:(?:PJSIP|Local)/[^"]+)?",'
    rf'"\w*","[^"]*","{STAMP}",(?:"{STAMP}")?,"{STAMP}",\d+,\d+,"(?:ANSWERED|NO ANSWER|BUSY|FAILED)",'
    r'"DOCUMENTATION","\d{10}\.\d+","","","\d{10}\.\d+",\d+'
)
EVENTS = "CHAN_START|CHAN_END|ANSWER|HANGUP|APP_START|BRIDGE_ENTER|BRIDGE_EXIT|BLINDTRANSFER|ATTENDEDTRANSFER|LINKEDID_END"
CEL = re.compile(
    rf'"(?:{EVENTS})","\d{{10}}\.\d{{6}}","\w*","\w*","\w*","","\w*","\w*","[\w-]+","(?:PJSIP|Local)/[^"]+",'
    r'"\w*","[^"]*","3","","\d{10}\.\d+","\d{10}\.\d+","(?:(?:PJSIP|Local)/[^"]+)?","","","(?:\{(?:[^"]|"")*\})?"'
)
QUEUE = {
    "QUEUESTART": r"", "ADDMEMBER": r"", "REMOVEMEMBER": r"", "PAUSE": r"\w+", "UNPAUSE": r"",
    "ENTERQUEUE": r"\|\w+\|\d+", "CONNECT": r"\d+\|\d{10}\.\d+\|\d+", "RINGNOANSWER": r"\d+",
    "RINGCANCELED": r"\d+", "COMPLETECALLER": r"\d+\|\d+\|\d+", "COMPLETEAGENT": r"\d+\|\d+\|\d+",
    "ABANDON": r"\d+\|\d+\|\d+", "EXITWITHTIMEOUT": r"\d+\|\d+\|\d+",
    "BLINDTRANSFER": r"\d+\|[\w-]+\|\d+\|\d+\|\d+",
    "ATTENDEDTRANSFER": r"BRIDGE\|[0-9a-f-]{36}\|\d+\|\d+\|\d+",
}  # fmt: skip


def test_master_csv_is_twenty_one_columns_with_an_unquoted_empty_answer(month: World) -> None:
    lines = month.text("Master.csv").splitlines()
    assert len(lines) == month.summary.rows["cdr"]
    for line in lines:
        assert CDR.fullmatch(line), line
    assert any(",," in line for line in lines)


def test_uniqueid_and_sequence_name_a_cdr_row(month: World) -> None:
    rows = month.rows("Master.csv")
    assert len({(row[16], row[20]) for row in rows}) == len(rows)
    assert len({row[16] for row in rows}) < len(rows)


def test_cel_is_twenty_quoted_columns(month: World) -> None:
    lines = month.text("cel.csv").splitlines()
    assert len(lines) == month.summary.rows["cel"]
    for line in lines:
        assert CEL.fullmatch(line), line


def test_every_channel_of_cel_starts_ends_and_leaves_its_bridges(month: World) -> None:
    seen: dict[str, list[str]] = {}
    for row in month.rows("cel.csv"):
        seen.setdefault(row[14], []).append(row[0])
    for events in seen.values():
        assert events[0] == "CHAN_START"
        assert events.count("CHAN_END") == events.count("HANGUP") == 1
        assert events.count("BRIDGE_ENTER") == events.count("BRIDGE_EXIT")
        assert set(events[events.index("CHAN_END") + 1 :]) <= {"LINKEDID_END"}


def test_every_linkedid_ends_once(month: World) -> None:
    ends = [row[15] for row in month.rows("cel.csv") if row[0] == "LINKEDID_END"]
    assert len(ends) == len(set(ends)) == len({row[15] for row in month.rows("cel.csv")})


def test_the_dialled_number_stands_in_the_first_event(month: World) -> None:
    own = {row["did"][1:] for row in month.truth() if row["direction"] == "inbound"}
    first: dict[str, list[str]] = {}
    for row in month.rows("cel.csv"):
        first.setdefault(row[15], row)
    inbound = [row for row in first.values() if row[8] == "from-trunk"]
    assert inbound
    assert {row[7] for row in inbound} <= own


def test_queue_log_lines_are_as_the_exchange_writes_them(month: World) -> None:
    lines = month.text("queue_log").splitlines()
    assert len(lines) == month.summary.rows["queue_log"]
    seen = set()
    for line in lines:
        at, call, queue, agent, event, rest = line.split("|", 5)
        assert re.fullmatch(r"\d{10}", at)
        assert re.fullmatch(r"NONE|MANAGER|\d{10}\.\d+", call)
        assert queue in {"sales", "support", "contract", "NONE"}
        assert re.fullmatch(r"NONE|PJSIP/\d+|Contract \d+", agent)
        assert re.fullmatch(QUEUE[event], rest), line
        seen.add(event)
    assert seen == set(QUEUE)


def test_every_queue_visit_ends_once(month: World) -> None:
    entered: dict[tuple[str, str], int] = {}
    ends = {
        "COMPLETECALLER", "COMPLETEAGENT", "ABANDON", "EXITWITHTIMEOUT", "BLINDTRANSFER", "ATTENDEDTRANSFER",
    }  # fmt: skip
    for line in month.queue_log():
        visit, event = (line[1], line[2]), line[4]
        entered[visit] = entered.get(visit, 0) + (event == "ENTERQUEUE") - (event in ends)
    assert not any(entered.values())


def test_the_provider_writes_numbers_in_five_forms_and_hides_some(month: World) -> None:
    forms = [
        r"\+380\d{9}", r"380\d{9}", r"0\d{9}", r"\(0\d\d\) \d{3}-\d\d-\d\d", r"\+38 0\d\d \d{3} \d\d \d\d",
        r"Номер приховано",
    ]  # fmt: skip
    seen = set()
    for row in month.rows("provider.csv")[1:]:
        matching = [form for form in forms if re.fullmatch(form, row[1])]
        assert len(matching) == 1, row[1]
        seen.add(matching[0])
        assert re.fullmatch(r"\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d", row[3])
        assert int(row[5]) <= int(row[4]) + 1
    assert seen == set(forms)


def test_the_contractors_rows_stand_where_truth_says(month: World) -> None:
    mails = {}
    for path in sorted((month.folder / "contractor").iterdir()):
        mails[f"contractor/{path.name}"] = email.message_from_bytes(path.read_bytes(), policy=default)
    kinds = set()
    told = [row for row in month.truth() if row["contractor_id"]]
    assert len(told) == month.summary.rows["contractor"]
    for row in told:
        place, line = row["contractor_id"].rsplit(":", 1)
        name, _, attachment = place.partition("!")
        mail = mails[name]
        if attachment:
            part = next(part for part in mail.walk() if part.get_filename() == attachment)
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            text = content.decode("cp1251")
        else:
            text = mail.get_content()
        lines = text.splitlines()[int(line) - 1 : int(line) + 1]
        kinds.add(mail.get_content_type())
        digits = re.sub(r"\D", "", "".join(lines))
        assert row["caller"][-9:] in digits or "anonymous" in "".join(lines)
    assert kinds == {"text/html", "text/plain", "multipart/mixed"}


def test_the_configuration_is_toml_with_the_companys_facts(month: World) -> None:
    config = tomllib.loads(month.text("callwitness.toml"))
    assert config["zone"] == config["sources"]["office"]["zone"] == "Europe/Kyiv"
    assert config["language"] == "uk"
    assert {row["did"] for row in month.truth() if row["direction"] == "inbound"} <= set(
        config["numbers"]["own"]
    )
    assert config["hours"]["sun"] == ""
    assert config["trust"]["neutral"] == ["provider"]
    assert len(config["outage"]) == 1


def test_all_numbers_are_fictitious(month: World) -> None:
    for row in month.truth():
        for number in (row["caller"], row["did"]):
            assert re.fullmatch(r"|\d{3,4}|\+380\d\d000\d{4}|\+38044000001\d|\+380800000001", number)
