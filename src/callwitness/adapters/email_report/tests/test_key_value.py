from hypothesis import given, settings
from hypothesis import strategies as st

from callwitness.adapters.email_report.key_value import blocks_of, key_and_value


def values(text: str, *, quoted: bool = False) -> list[list[str]]:
    return [list(block.values.values()) for block in blocks_of(text, quoted=quoted)]


def test_every_separator_divides_key_and_value() -> None:
    for line in (
        "Телефон: 1",
        "Телефон = 1",
        "Телефон - 1",
        "Телефон\t1",
        "*Телефон:* 1",
        "• Телефон — 1",
        "Телефон :  1",
    ):
        assert key_and_value(line) == ("Телефон", "1")


def test_a_sentence_with_a_colon_is_no_key() -> None:
    assert key_and_value("Мы рады сообщить вам о том что сделано: всё") is None


def test_a_repeated_key_begins_the_next_call() -> None:
    blocks = blocks_of("Отчёт\n\nДата: 1\nТелефон: 2\n\nДата: 3\nТелефон: 4\n")
    assert [block.row for block in blocks] == [3, 6]
    assert values("Дата: 1\nТелефон: 2\nДата: 3\nТелефон: 4") == [["1", "2"], ["3", "4"]]


def test_a_value_may_stand_on_the_next_line_and_a_comment_over_several() -> None:
    assert values("Телефон:\n+7 900\nКомментарий: a\nb\n\nc\nДата: 1") == [["+7 900", "a\nb", "1"]]


def test_signatures_and_quotes_are_left_out() -> None:
    text = "Дата: 1\nТелефон: 2\n--\nТелефон: 9\n> Дата: 5\n> Телефон: 6\n"
    assert values(text) == [["1", "2"]]
    assert values("Смотри:\n> Дата: 5\n> Телефон: 6\n", quoted=True) == [["5", "6"]]


def test_the_headers_of_a_forwarded_mail_are_no_call() -> None:
    text = "---------- Forwarded message ---------\nОт: Анна <a@example.com>\nДата: 1\nТема: Отчёт\n\nДата: 3\nТелефон: 4\n"
    assert values(text) == [["3", "4"]]


def test_no_break_spaces_are_spaces() -> None:
    assert values("Дата:\u00a01\nТелефон\u00a0клиента:\u00a02") == [["1", "2"]]


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="Датаел:=-*> \t\n\u00a01", max_size=200))
def test_any_text_gives_blocks_in_order(text: str) -> None:
    rows = [block.row for block in blocks_of(text)]
    assert rows == sorted(set(rows))
