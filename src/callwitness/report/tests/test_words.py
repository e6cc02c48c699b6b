"""The words are whole, in three languages, and held to the codes and to the catalogues."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from callwitness.domain import reasons as codes
from callwitness.domain.calls import VERDICTS
from callwitness.domain.findings import KINDS
from callwitness.domain.reconcile import standing
from callwitness.domain.results import CALLS
from callwitness.domain.schema import DIRECTIONS, RESULTS, SEGMENTS, WITNESSES
from callwitness.report import vocabulary
from callwitness.report.catalogue import compiled, entries, sources
from callwitness.report.language import LANGUAGES, translations
from callwitness.report.reasons import SENTENCES
from callwitness.report.sentences import (
    finding_meaning,
    finding_title,
    placeholders,
    sentence,
    source_label,
    verdict_word,
)
from callwitness.report.tests.messages import all_messages

_CYRILLIC = re.compile(r"[а-яіїєґ]", re.IGNORECASE)


def test_every_reason_code_has_sentences_and_no_sentence_is_without_a_code() -> None:
    assert set(SENTENCES) == set(codes.CODES)


@pytest.mark.parametrize("code", sorted(codes.CODES))
def test_a_reason_uses_only_its_parameters_and_can_be_said_without_any(code: str) -> None:
    for template in SENTENCES[code]:
        assert placeholders(template) <= set(codes.CODES[code])
    assert not placeholders(SENTENCES[code][-1])


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", sorted(codes.CODES))
def test_a_reason_is_a_whole_sentence_however_little_is_known(code: str, lang: str) -> None:
    full = dict.fromkeys(codes.CODES[code], "x")
    for params in (full, {}, dict.fromkeys(full)):
        said = sentence(code, params, lang)
        assert said
        assert "{" not in said
        assert "None" not in said
    assert lang == "en" or _CYRILLIC.search(sentence(code, {}, lang))


def test_values_in_sentences_are_said_as_people_say_them() -> None:
    assert sentence("claims_missed", {"source": "provider", "result": "no_answer"}, "en") == (
        "The provider says: no answer."
    )
    assert sentence("queue_log_abandon", {"queue": "sales", "seconds": 41.0}, "ru") == (
        "Журнал очереди: уход из очереди sales через 41 с."
    )
    differs: dict[str, str | float] = {"field": "talk_s", "left": 240, "right": 193.0, "tolerance": 3.0}
    assert sentence("differs", differs, "en") == "Talk: 4:00 against 3:13, tolerance 3 s."


def test_an_unknown_code_is_shown_and_not_swallowed() -> None:
    assert sentence("of_somebody_else", {"n": 1}, "ru") == "of_somebody_else: n = 1"
    assert (finding_title("own_kind", "uk"), finding_meaning("own_kind", "uk")) == ("own_kind", "")


def test_verdicts_read_as_agreed() -> None:
    assert [verdict_word("abandoned_in_queue", lang) for lang in LANGUAGES] == [
        "left the queue",
        "не дождался в очереди",
        "не дочекався в черзі",
    ]


def test_a_source_named_by_its_user_keeps_its_name() -> None:
    assert source_label("provider", "uk") == "Оператор зв’язку"
    assert source_label("north", "uk") == "north"


def test_everything_that_tables_may_hold_has_a_word() -> None:
    assert set(DIRECTIONS) <= set(vocabulary.DIRECTIONS)
    assert set(RESULTS) <= set(vocabulary.RESULTS)
    assert set(SEGMENTS) <= set(vocabulary.SEGMENTS)
    assert set(WITNESSES) <= set(vocabulary.WITNESSES)
    assert tuple(vocabulary.VERDICTS) == VERDICTS
    assert set(vocabulary.TONES) == set(VERDICTS)
    assert set(vocabulary.FINDINGS) == set(KINDS)
    assert set(standing.REASONS) - {""} == set(vocabulary.EXCLUDED)
    flags = next(column.meaning for column in CALLS.columns if column.name == "flags")
    assert set(flags.split()) <= set(vocabulary.FLAGS)


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.parts[-3])
def test_the_compiled_catalogue_is_that_of_its_source(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert path.with_suffix(".mo").read_bytes() == compiled(text), (
        "run python -m callwitness.report.catalogue"
    )


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.parts[-3])
def test_a_catalogue_translates_exactly_what_the_page_says(path: Path) -> None:
    listed = {
        (entry["msgid"], entry["msgid_plural"]) if "msgid_plural" in entry else (entry["msgid"],)
        for entry in entries(path.read_text(encoding="utf-8"))
        if entry["msgid"]
    }
    assert listed == all_messages()


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.parts[-3])
def test_a_translation_keeps_the_parameters_and_every_plural_form(path: Path) -> None:
    for entry in entries(path.read_text(encoding="utf-8")):
        forms = [text for part, text in entry.items() if part.startswith("msgstr")]
        assert all(forms), entry
        assert len(forms) == (3 if "msgid_plural" in entry else 1)
        if entry["msgid"]:
            assert {frozenset(placeholders(text)) for text in forms} == {
                frozenset(placeholders(entry["msgid"]))
            }


@pytest.mark.parametrize(
    ("n", "russian", "ukrainian"),
    [
        (1, "1 попытка", "1 спроба"),
        (2, "2 попытки", "2 спроби"),
        (5, "5 попыток", "5 спроб"),
        (11, "11 попыток", "11 спроб"),
        (21, "21 попытка", "21 спроба"),
        (104, "104 попытки", "104 спроби"),
    ],
)
def test_plural_forms_follow_the_language(n: int, russian: str, ukrainian: str) -> None:
    said = [translations(lang).ngettext("{n} try", "{n} tries", n).format(n=n) for lang in ("ru", "uk")]
    assert said == [russian, ukrainian]


def test_a_line_that_is_none_of_a_catalogue_is_refused() -> None:
    with pytest.raises(ValueError, match="not a line of a catalogue"):
        list(entries('msgid "a"\nmsgstring "b"\n'))


def test_a_vanishing_chance_is_not_shown_with_all_its_digits() -> None:
    said = sentence("expected_calls", {"source": "office", "expected": 13.4, "probability": 6.1e-06}, "en")
    assert said == "The office should have about 13.4 calls here by its own habit; chance of none: < 0.001."
