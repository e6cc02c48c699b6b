"""Words for what happened and which way a call went, in English, Russian and Ukrainian, over distinct values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a status word claims: one of RESULTS, and whether a person of the answering side was connected."""

    result: str
    human: bool | None


# first that is found wins: denials stand before the words they deny
_OUTCOMES: Final[tuple[tuple[str, Outcome], ...]] = tuple(
    (pattern, Outcome(result, human))
    for result, human, pattern in (
        ("voicemail", False, r"voice ?-?mail|голосов|автоответ|автовідпов|answering machine|vm-?success|^vm$"),
        ("no_answer", False, (r"no[ _-]?answer|not[ _-]?answer|un-?answered|no[ _-]?pick|(?:^|\W)(?:не|без) ?(?:дозвон|ответ|отвеч|принят|прийнят|"
         r"взял|взяв|состоял|відбув|відпов|додзвон|обработ|оброб|успе|успі|соедин|снял)|недозвон|неответ|неотвеч|непринят|неприйнят|"
         r"неуспе|без ?ответ|без ?відпов|пропущ|пропуск|упущен|потерян|втрачен|missed|lost|reject|declin|отклон|відхил|no[ _-]?connect|not[ _-]?connected|unsuccess")),
        ("abandoned", False, r"сорва|зірва|сброс|скинут|скинув|брошен|не дожда|недожда|не дочека|положил трубку|повесил|abandon|dropped|hung up"),
        ("busy", False, r"занят|зайнят|busy"),
        ("cancelled", False, r"cancel|отмен|скасов"),
        ("rejected", False, r"blacklist|black list|чорн|черный|spam|спам"),
        ("closed", False, r"нерабоч|не рабоч|неробоч|closed|after ?-?hours"),
        ("failed", False, r"fail|ошибк|помилк|error|congest|недоступ|unavail|invalid|not ?found|нет связи|немає зв|no money|limit|not ?allowed"),
        ("transferred", True, r"перевед|перевод|перенаправ|переадрес|transfer"),
        ("answered", True, (r"answer|ответ|отвеч|відпов|принят|прийнят|success|успеш|успішн|complet|соедин|з'єдн|разговор|розмов|состоял|connected|"
         r"обработан|оброблен|дозвон|додзвон|відбув|talk|^proper|^ok$|^ок$|завершен|снят")),
    )
)  # fmt: skip
_YES: Final = frozenset("yes y true 1 да так + так".split())
_NO: Final = frozenset("no n false 0 нет ні -".split())
_DIRECTIONS: Final = (
    ("internal", r"внутр|internal|^int$|^local$"),
    ("outbound", r"исход|вихід|outbound|outgoing|^out$|outcall|out-?dial|originat|callback|обратн"),
    ("inbound", r"вход|вхід|inbound|incoming|^in$|incall|terminat|received|принятый|missed|пропущ"),
)


def outcome(word: str) -> Outcome | None:
    """What one status word claims; None when it is no word for an outcome (an order, a topic)."""
    text = " ".join(word.lower().replace("ё", "е").replace("’", "'").split())
    for pattern, claim in _OUTCOMES:
        if re.search(pattern, text):
            return claim
    return None


def yes_or_no(word: str) -> Outcome | None:
    """A flag under a header that asks whether the call was answered."""
    text = word.strip().lower()
    if text in _YES:
        return Outcome("answered", True)
    return Outcome("no_answer", False) if text in _NO else None


def direction(word: str) -> str | None:
    """inbound, outbound or internal; None when the word says none of them."""
    text = word.strip().lower()
    return next((name for name, pattern in _DIRECTIONS if re.search(pattern, text)), None)


def read_outcomes(texts: pl.Series, flags: bool = False) -> pl.DataFrame:
    """A String column of status words to ``result`` (String) and ``human`` (Boolean); null where no outcome is said.

    flags: the column answers yes or no to "answered?".
    """
    words = texts.unique().drop_nulls().to_list()
    claims = {word: (yes_or_no(word) if flags else None) or outcome(word) for word in words}
    results = {word: claim.result for word, claim in claims.items() if claim}
    humans = {word: claim.human for word, claim in claims.items() if claim}
    return pl.DataFrame(
        {"result": _mapped(texts, results, pl.String()), "human": _mapped(texts, humans, pl.Boolean())}
    )


def read_directions(texts: pl.Series) -> pl.Series:
    """A String column to inbound, outbound, internal or null."""
    found = {word: direction(word) for word in texts.unique().drop_nulls().to_list()}
    return _mapped(texts, {word: way for word, way in found.items() if way}, pl.String())


def _mapped(texts: pl.Series, meaning: Mapping[str, object], dtype: pl.DataType) -> pl.Series:
    if not meaning:
        return pl.Series(texts.name, [None], dtype=dtype).new_from_index(0, len(texts))
    return texts.replace_strict(meaning, default=None, return_dtype=dtype)
