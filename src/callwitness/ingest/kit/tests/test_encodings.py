from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callwitness.ingest.kit.encodings import Encoding, decode, detect, lines_of, open_as_utf8

TEXT = "Дата;Время;Телефон клиента;Результат\n01.11.2026;10:05;79000000001;Принят\n"


@pytest.mark.parametrize(
    "name", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251", "koi8-r", "cp866"]
)
def test_a_table_is_read_back_from_every_encoding(name: str, tmp_path: Path) -> None:
    data = TEXT.encode(name)
    found = detect(data)
    assert found is not None
    assert decode(data, found) == TEXT
    path = tmp_path / "file"
    path.write_bytes(data)
    with open_as_utf8(path, found) as stream:
        assert stream.read().decode() == TEXT


def test_ukrainian_letters_do_not_turn_cp1251_into_something_else() -> None:
    text = "Дата;Напрямок;Співробітник\n01.11.2026;вхідний;Їжакевич Євгенія\n"
    assert detect(text.encode("cp1251")) == Encoding("cp1251")


def test_accented_latin_letters_are_western() -> None:
    assert detect("date;agent\n2026-11-01;José Núñez\n".encode("cp1252")) == Encoding("cp1252")


def test_one_name_in_cp1251_inside_utf8_is_read_as_cp1251() -> None:
    data = "Дата;Оператор;Результат;Тема\n".encode() + "Иванов".encode("cp1251") + ";Принят\n".encode()
    assert decode(data) == "Дата;Оператор;Результат;Тема\nИванов;Принят\n"


def test_noise_is_not_text() -> None:
    assert detect(bytes(range(256)) * 20) is None


def test_lines_end_with_any_line_end() -> None:
    assert lines_of("a\r\nb\rc\nd") == ["a", "b", "c", "d"]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_become_text(data: bytes) -> None:
    assert isinstance(decode(data), str)
