import hashlib
import io
import tempfile
import zipfile
from email.message import EmailMessage
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callwitness.adapters.email_report.adapter import Adapter
from callwitness.adapters.email_report.mail import looks_like_mail, parse_mail
from callwitness.domain.errors import UnreadableEvidence
from callwitness.domain.schema import RECORDS
from callwitness.ingest.conformance import check_adapter
from callwitness.ingest.contract import REJECTED, EvidenceFile, Note, NumberPlan, ReadOptions

OPTIONS = ReadOptions(zone="Europe/Moscow", numbers=NumberPlan("RU"))
TABLE = "Дата;Телефон;Статус\n01.11.2026 10:05;79000000001;Принят\n01.11.2026 10:15;79000000002;{}\n"


def mail(
    text: str = "См. вложение",
    sent: str = "Sun, 01 Nov 2026 20:00:00 +0300",
    number: int = 1,
    subject: str = "Отчёт",
    **attached: bytes,
) -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"], message["Date"] = "Центр <reports@contractor.example>", subject, sent
    message["Message-ID"] = f"<{number}@contractor.example>"
    message.set_content(text)
    for name, data in attached.items():
        message.add_attachment(
            data, maintype="application", subtype="octet-stream", filename=name.replace("_", ".")
        )
    return message.as_bytes()


def read(*mails: bytes) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, list[Note]]:
    """records, rejected, legs, notes of some mails, each in a file."""
    adapter = Adapter()
    records: list[pl.DataFrame] = []
    rejected: list[pl.DataFrame] = []
    notes: list[Note] = []
    with tempfile.TemporaryDirectory() as folder:
        for at, data in enumerate(mails, 1):
            path = Path(folder) / f"{at}.eml"
            path.write_bytes(data)
            for batch in adapter.read(
                EvidenceFile(f"{at}.eml", path, hashlib.sha256(data).hexdigest(), len(data)), OPTIONS
            ):
                records.append(RECORDS.conform(batch.records))
                rejected.append(REJECTED.conform(batch.rejected))
                notes += batch.notes
    whole = RECORDS.concat(records)
    whole, told = adapter.settle(whole.with_columns(rec=pl.int_range(whole.height, dtype=pl.Int64)), OPTIONS)
    return whole, REJECTED.concat(rejected), adapter.legs(whole, OPTIONS), [*notes, *told]


def test_the_adapter_keeps_every_rule_of_the_contract() -> None:
    assert [outcome.sentence for outcome in check_adapter("email_report") if not outcome.passed] == []


def test_a_corrected_report_replaces_the_earlier_one_and_both_stay_as_records() -> None:
    first = mail(a_csv=TABLE.format("Принят").encode())
    later = mail(a_csv=TABLE.format("Пропущен").encode(), sent="Sun, 01 Nov 2026 21:00:00 +0300", number=2)
    for order in ((first, later), (later, first)):
        records, _, legs, notes = read(*order)
        assert records.height == 4
        assert legs.sort("started_at")["human"].to_list() == [True, False]
        superseded = [note for note in notes if note.code == "report_superseded"]
        assert [note.params["rows"] for note in superseded] == [2]


def test_a_row_taken_out_of_a_corrected_report_is_gone() -> None:
    rows = TABLE.format("Принят")
    later = mail(
        a_csv="\n".join(rows.split("\n")[:2]).encode(), sent="Sun, 01 Nov 2026 21:00:00 +0300", number=2
    )
    assert read(mail(a_csv=rows.encode()), later)[2]["caller"].to_list() == ["+79000000001"]


def test_reports_of_other_days_and_senders_stay() -> None:
    other_day = TABLE.format("Принят").replace("01.11", "02.11").encode()
    assert read(mail(a_csv=TABLE.format("Принят").encode()), mail(a_csv=other_day, number=2))[2].height == 4
    stranger = mail(a_csv=TABLE.format("Принят").encode(), number=3).replace(b"reports@", b"others@")
    assert read(mail(a_csv=TABLE.format("Принят").encode()), stranger)[2].height == 4


def test_the_same_rows_in_text_and_attachment_count_once() -> None:
    text = "Дата: 01.11.2026 10:05\nТелефон: 79000000001\nСтатус: Принят\n"
    records, _, legs, _ = read(mail(text, a_csv=TABLE.format("Пропущен").encode()))
    assert records.height == 3
    assert legs.height == 2


def test_a_mail_about_one_call_may_tell_the_time_only() -> None:
    records, _, _, _ = read(mail("Телефон: 79000000001\nВремя: 11:58\nТема: доставка\n"))
    assert records.select("started_at", "precision_ms").row(0) == (1793523480000, 60_000)


def test_archives_are_opened_and_locked_or_unknown_attachments_are_named() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("in.csv", TABLE.format("Принят"))
    records, _, _, notes = read(
        mail(a_zip=packed.getvalue(), winmail_dat=b"\x78\x9f\x3e\x22", b_pdf=b"%PDF-1.4 ...")
    )
    assert set(records["file"]) == {"1.eml!a.zip!in.csv"}
    passed = {note.params["file"]: note.params["why"] for note in notes if note.code == "member_passed_over"}
    assert set(passed) == {"1.eml!winmail.dat", "1.eml!b.pdf"}
    assert "TNEF" in str(passed["1.eml!winmail.dat"])


def test_a_mail_without_a_report_is_one_rejected_row() -> None:
    records, rejected, legs, _ = read(mail("Меня не будет до пятницы.", subject="Отпуск"))
    assert records.is_empty()
    assert legs.is_empty()
    assert rejected.select("row", "reason").row(0)[1].startswith("expected a report of calls")
    assert "Отпуск" in rejected["raw"][0]


def test_names_of_attachments_come_in_every_form() -> None:
    for header in (
        'filename="=?utf-8?B?0L7RgtGH0ZHRgi5jc3Y=?="',
        "filename*=UTF-8''%D0%BE%D1%82%D1%87%D1%91%D1%82.csv",
        "filename*0*=UTF-8''%D0%BE%D1%82; filename*1*=%D1%87%D1%91%D1%82.csv",
    ):
        raw = f"From: a@b\nSubject: x\nContent-Type: application/octet-stream\nContent-Disposition: attachment; {header}\n\nx".encode()
        assert parse_mail(raw).parts[0].name == "отчёт.csv"


def test_a_path_in_the_name_of_an_attachment_is_cut() -> None:
    raw = b'From: a@b\nSubject: x\nContent-Disposition: attachment; filename="../../etc/a.csv"\n\nx'
    assert parse_mail(raw).parts[0].name == "a.csv"


def test_what_begins_with_headers_is_a_mail() -> None:
    assert looks_like_mail(b"From: a\nDate: x\n\n")
    assert looks_like_mail(b"From a@b Sun Nov  1\nReceived: x\n y\nSubject: x\n\n")
    assert not looks_like_mail(b'"","79000000001","100"\n')
    assert not looks_like_mail(b"Date: 01.11.2026\nPhone 1\n")


def test_another_kind_of_file_is_refused() -> None:
    with pytest.raises(UnreadableEvidence, match="mail"):
        read(b"date;phone\n1;2\n")


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from(
        [
            "text/plain",
            "text/html",
            "application/vnd.ms-excel",
            "multipart/mixed; boundary=a",
            "message/rfc822",
        ]
    ),
)
def test_any_body_is_read_or_listed(data: bytes, kind: str) -> None:
    raw = (
        f"From: a@b\nSubject: =?x?q?y\nDate: 99\nContent-Type: {kind}\nContent-Transfer-Encoding: base64x\n\n".encode()
        + data
    )
    records, rejected, _, _ = read(raw)
    assert records.height + rejected.height >= 1


@pytest.mark.parametrize(
    "text",
    [
        "Звонков сегодня не было.",
        "Добрый вечер! Пропущенных звонков за день нет.",
        "Дзвінків не було",
        "No calls today.",
        "<html><body><table><tr><td>Дата</td><td>Телефон</td><td>Статус</td></tr></table></body></html>",
    ],
)
def test_a_mail_that_says_nobody_called_is_no_records_and_a_note(text: str) -> None:
    records, rejected, _, notes = read(mail(text))
    assert (records.height, rejected.height) == (0, 0)
    assert (notes[-1].code, notes[-1].params) == ("no_calls_told", {"file": "1.eml"})


def test_a_mail_about_something_else_is_still_a_rejected_row() -> None:
    _, rejected, _, _ = read(mail("Отчёт пришлём завтра."))
    assert rejected.height == 1
