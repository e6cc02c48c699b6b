import polars as pl
import pytest

from callwitness.ingest.kit.call_words import direction, outcome, read_outcomes
from callwitness.ingest.kit.header_words import field_scores, unit_of


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Дата и время звонка", "start"), ("calldate", "start"), ("Час початку", "start"), ("Время разговора (сек)", "talk"),
        ("billsec", "talk"), ("Тривалість розмови", "talk"), ("Длительность", "duration"), ("Время ожидания", "wait"),
        ("Кто звонил", "caller"), ("src", "caller"), ("Номер того, хто дзвонив", "caller"), ("Телефон клиента", "client"),
        ("Наш номер", "did"), ("Virtual number", "did"), ("Лінія", "did"), ("Набранный номер", "called"), ("To", "called"),
        ("Статус звонка", "result"), ("Disposition", "result"), ("Оператор", "agent"), ("Хто відповів", "agent"),
        ("call_id", "id"), ("ID дзвінка", "id"), ("Внутренний номер", "extension"), ("Причина завершения", "cause"), ("№", "row_number"),
    ],
)  # fmt: skip
def test_a_header_is_the_word_for_its_field(header: str, field: str) -> None:
    scores = field_scores(header)
    assert max(scores, key=lambda name: scores[name]) == field


def test_a_header_states_its_unit() -> None:
    assert [unit_of(text) for text in ("Разговор, мин", "Talk (sec)", "duration_ms", "Talk")] == [
        "min",
        "s",
        "ms",
        None,
    ]


@pytest.mark.parametrize(
    ("word", "result", "human"),
    [
        ("Принят", "answered", True), ("Прийнято", "answered", True), ("ANSWERED", "answered", True), ("Пропущен", "no_answer", False),
        ("Не дозвонились", "no_answer", False), ("Не принят", "no_answer", False), ("без відповіді", "no_answer", False),
        ("NO ANSWER", "no_answer", False), ("unanswered", "no_answer", False), ("Сорвался", "abandoned", False), ("busy", "busy", False),
        ("Зайнято", "busy", False), ("voicemail", "voicemail", False), ("Переведён", "transferred", True), ("Отклонён", "no_answer", False),
    ],
)  # fmt: skip
def test_a_status_word_claims_an_outcome(word: str, result: str, human: bool) -> None:
    claim = outcome(word)
    assert claim is not None
    assert (claim.result, claim.human) == (result, human)


def test_an_order_is_no_outcome_and_flags_are_read_under_their_header_only() -> None:
    assert outcome("Заказ на доставку") is None
    assert read_outcomes(pl.Series(["1", "0"]))["human"].to_list() == [None, None]
    assert read_outcomes(pl.Series(["1", "0"]), flags=True)["human"].to_list() == [True, False]


def test_directions() -> None:
    words = ["Входящий", "outgoing", "внутрішній", "in", "Вихідний", "xyz"]
    assert [direction(word) for word in words] == [
        "inbound",
        "outbound",
        "internal",
        "inbound",
        "outbound",
        None,
    ]
