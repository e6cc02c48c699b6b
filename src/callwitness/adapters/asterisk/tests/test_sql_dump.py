"""SQL dumps: rows of the wanted tables, copies told of, damage rejected."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callwitness.adapters.asterisk.sql_window import CHUNK
from callwitness.adapters.asterisk.tests.reading import read, read_with_notes
from callwitness.domain.errors import UnreadableEvidence
from callwitness.ingest.contract import ReadOptions

COLUMNS = "calldate clid src dst dcontext channel dstchannel lastapp lastdata duration billsec disposition uniqueid did".split()
TYPES = ",\n".join(f"  `{name}` varchar(80) NOT NULL DEFAULT ''" for name in COLUMNS)
CREATE = "CREATE TABLE `{}` (\n" + TYPES + ",\n  KEY `calldate` (`calldate`)\n) ENGINE=InnoDB;\n"


def row(clid: str = "Ann", start: str = "2026-03-02 10:00:00") -> str:
    """One tuple with the columns above; clid is written as it stands."""
    return (
        f"('{start}','{clid}','79000000101','600','ext-queues','PJSIP/t-1','PJSIP/101-2','Queue','600,t',65,60,"
        "'ANSWERED','1772445600.1','74950000101')"
    )


def test_one_or_many_rows_a_statement_are_read_with_their_lines() -> None:
    dump = (
        CREATE.format("cdr")
        + f"INSERT INTO `cdr` VALUES {row()};\nINSERT INTO cdr VALUES {row()},\n{row()},{row()};\n"
    )
    first = CREATE.count("\n") + 1
    assert read(dump)[0]["row"].to_list() == [first, first + 1, first + 2, first + 2]


def test_escapes_are_undone() -> None:
    queues = {
        "O\\'Neil": "O'Neil",
        "O''Neil": "O'Neil",
        'a \\"b\\"': 'a "b"',
        "a\\\\b": "a\\b",
        "x);--": "x);--",
    }
    dump = CREATE.format("cdr") + "".join(
        f"INSERT INTO `cdr` VALUES {row().replace('600,t', written + ',t')};\n" for written in queues
    )
    records, rejected = read(dump)
    assert rejected.is_empty()
    assert records["queue"].to_list() == list(queues.values())


def test_columns_may_stand_in_the_statement() -> None:
    listed = ", ".join(f"`{name}`" for name in COLUMNS)
    records, _ = read(f"INSERT INTO `asteriskcdrdb`.`cdr` ({listed}) VALUES\n{row()};\n")
    assert records["did"].to_list() == ["+74950000101"]


def test_a_copy_table_is_passed_over_and_told_of_unless_asked_for() -> None:
    dump = CREATE.format("cdr") + CREATE.format("replicate_cdr")
    dump += f"INSERT INTO `cdr` VALUES {row()};\nINSERT INTO `replicate_cdr` VALUES {row()},{row()};\n"
    records, _, notes = read_with_notes(dump)
    assert records.height == 1
    assert [(note.code, note.params["table"], note.params["rows"]) for note in notes] == [
        ("table_passed_over", "replicate_cdr", 2)
    ]
    assert read(dump, ReadOptions(options={"table": "replicate_cdr"}))[0].height == 2


def test_a_dump_with_a_copy_table_alone_says_how_to_read_it() -> None:
    dump = CREATE.format("old_cdr") + f"INSERT INTO `old_cdr` VALUES {row()};\n"
    with pytest.raises(UnreadableEvidence, match="table= would read old_cdr"):
        read(dump)


def test_damaged_rows_are_rejected_and_the_next_statement_is_read() -> None:
    dump = CREATE.format("cdr") + f"INSERT INTO cdr VALUES {row()[:60]}\nINSERT INTO cdr VALUES {row()};\n"
    dump += f"INSERT INTO cdr VALUES (1,2);\nINSERT INTO cdr VALUES {row(start='0000-00-00 00:00:00')};\n"
    records, rejected = read(dump)
    assert (records.height, rejected.height) == (1, 3)


def test_events_and_queue_rows_stand_in_the_same_dump() -> None:
    cel = "CREATE TABLE `cel` (`id` int, `eventtype` varchar(30), `eventtime` datetime, `channame` varchar(80), `uniqueid` varchar(32), `linkedid` varchar(32));\n"
    queue = "CREATE TABLE queue_log (id int, time varchar(26), callid varchar(40), queuename varchar(20), agent varchar(20), event varchar(20), data varchar(100));\n"
    dump = (
        cel
        + queue
        + CREATE.format("cdr")
        + "INSERT INTO `cel` VALUES (1,'CHAN_START','2026-03-02 10:00:00.5','PJSIP/t-1','1772445600.1','1772445600.1');\n"
        "INSERT INTO queue_log VALUES (1,'2026-03-02 10:00:01','1772445600.1','600','NONE','ABANDON','1|1|17');\n"
    )
    records, rejected = read(dump)
    assert rejected.is_empty()
    assert records["witness"].to_list() == ["cel", "queue_log"]
    assert records["wait_s"].to_list() == [None, 17]


def test_copy_of_postgres_is_read() -> None:
    cells = "2026-03-02 10:00:00\tAnn\t79000000101\t600\text-queues\tPJSIP/t-1\t\\N\tQueue\t600,t\t65\t60\tANSWERED\t1772445600.1\t\\N"
    dump = f"COPY public.cdr ({', '.join(COLUMNS)}) FROM stdin;\n{cells}\n\\.\n"
    assert read(dump)[0]["queue"].to_list() == ["600"]


def test_statements_longer_than_a_chunk_are_read_whole() -> None:
    count = CHUNK // len(row()) + 10
    dump = CREATE.format("cdr") + "INSERT INTO cdr VALUES " + ",".join([row()] * count) + ";\n"
    assert read(dump)[0].height == count


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=200), st.integers(0, 300))
def test_any_bytes_in_a_dump_are_survived(junk: bytes, at: int) -> None:
    dump = (CREATE.format("cdr") + f"INSERT INTO cdr VALUES {row()};\n").encode()
    records, rejected = read(dump + dump[:at] + junk + b"\n" + dump)
    assert records.height + rejected.height >= 1
