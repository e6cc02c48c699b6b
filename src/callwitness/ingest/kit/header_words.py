"""What a column is called, in English, Russian and Ukrainian: header text to fields with a score.

A phrase is a few words that must all stand in the header, in any order; ``word*`` stands for its endings. The share
of the header that a phrase explains decides, so "time of talk" is the talk and not the time.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

PHRASES: Final[dict[str, str]] = {
    "id": "id, uuid, uniqueid, callid, call id, call uuid, session id, call session id, pbx call id, entry id, record id, "
    "ид, идентификатор*, идентификатор* звонк*, ідентифікатор*",
    "row_number": "№, n, no, nr, #, № п п, номер строк*, номер п п, row",
    "start": "start, when, когда, коли, started, start time, started at, calldate, call date, datetime, date time, timestamp, begin, received, "
    "received at, call start, call time, дата врем*, начал*, врем* начал*, дата начал*, начал* звонк*, дата звонк*, "
    "поступил*, врем* поступлен*, дата поступлен*, дата вызов*, врем* вызов*, врем* звонк*, дата час, початок, час початк*, "
    "дата дзвінк*, час дзвінк*, дата виклик*, час виклик*, надійшов, дата обращен*, врем* обращен*",
    "date": "date, day, call date, дата, день, дата звонк*, дата дзвінк*, число",
    "time": "time, call time, врем*, час, врем* звонк*, час дзвінк*, врем* начал*, час початк*",
    "answered": "answer, answered at, answer time, answered time, connect, connected at, connect time, врем* ответ*, "
    "ответ*, момент ответ*, врем* соединен*, час відповіді, відповідь, pickup time, talk start, начал* разговор*, "
    "початок розмов*",
    "end": "end, ended, ended at, end time, finish, finished, finish time, hangup time, call end, stop, окончан*, конец, "
    "врем* окончан*, завершен*, врем* завершен*, кінець, завершення, час завершення, час закінчення, закінчення",
    "caller": "caller, from, src, calling, ani, clid, cid, callerid, caller id, caller number, calling number, a number, from number, "
    "caller phone, calling party, source number, кто звонил, кто, звонивш*, звонящ*, номер звонящ*, номер звонивш*, телефон звонивш*, от кого, откуда, "
    "вызывающ*, номер вызывающ*, абонент а, номер а, с номера, хто дзвонив, хто, від кого, звідки, дзвонив, абонент а, "
    "номер того хто дзвонив, дзвінок від",
    "client": "phone, number, client, customer, contact, client phone, client number, customer phone, customer number, "
    "phone number, contact phone, contact phone number, subscriber, external number, телефон*, номер*, номер* телефон*, номер* клиент*, "
    "телефон* клиент*, клиент*, контакт*, абонент*, номер* абонент*, телефон* абонент*, внешн* номер*, клієнт*, телефон* клієнт*, "
    "номер* клієнт*, телефон* абонент*, контактн* телефон*, зовнішн* номер*, тел",
    "called": "to, called, callee, destination, dst, dest, dialed, dialled, dialed number, called number, b number, to number, "
    "dst number, called party, destination number, кому, куда, вызываем*, вызван*, набран*, набранн* номер*, номер назначен*, "
    "кому звонил*, номер б, абонент б, на номер, куди, набран*, адресат*, номер призначення, викликан*, кому дзвонил*, на який номер",
    "did": "did, line, line number, virtual number, virtual phone number, our number, dnis, tracking number, inbound number, "
    "access number, pool, pool name, линия, номер линии, наш номер, виртуальн* номер*, входящ* лини*, входящ* номер, рекламн* номер*, "
    "городск* номер*, внешн* лини*, подменн* номер*, номер входящ* лини*, лінія, номер лінії, віртуальн* номер*, вхідн* номер*, "
    "рекламн* номер*, через",
    "direction": "direction, type, call type, calltype, call direction, flow, in out, направлен*, тип, тип звонк*, вид, вид звонк*, тип вызов*, "
    "направлен* звонк*, напрям*, тип дзвінк*, напрям* дзвінк*, вид дзвінк*",
    "wait": "wait, waiting, wait time, waiting time, waitsec, hold time, queue time, ring, ring time, ringing, time to answer, "
    "answer delay, speed of answer, ожидан*, врем* ожидан*, длительност* ожидан*, ожидал*, врем* дозвон*, врем* до ответ*, очікуван*, час очікуван*, "
    "тривалість очікуван*, wait duration, дозвон*",
    "talk": "talk, talk time, talk duration, talktime, billsec, conversation, conversation time, talk seconds, разговор*, врем* разговор*, "
    "длительност* разговор*, продолжительност* разговор*, длит* разговор*, розмов*, час розмов*, тривалість розмов*",
    "duration": "duration, length, call duration, call length, длительност*, продолжительност*, длительност* звонк*, "
    "продолжительност* звонк*, длит, тривалість, тривалість дзвінк*, секунд*, seconds, длительност* вызов*",
    "total": "total, total time, total duration, total seconds, общ* длительност*, общ* врем*, общ* продолжительност*, "
    "загальн* тривалість, загальн* час, полн* длительност*, всего",
    "billed": "billed, billable, billed seconds, billing seconds, charged, тарифиц*, тарифицирован* длительност*, оплат*, "
    "тарифікован*",
    "result": "status, result, disposition, outcome, call status, call result, state, answered, статус*, результат*, итог*, "
    "состоян*, исход, статус* звонк*, результат* звонк*, стан, підсумок, статус дзвінк*, результат дзвінк*, успешн*, отвечен*",
    "agent": "agent, operator, employee, manager, user, answered by, agent name, operator name, оператор*, сотрудник*, менеджер*, "
    "ответственн*, кто ответил, принял*, фио оператор*, имя оператор*, співробітник*, хто відповів, відповідальн*, прийняв, фіо, фио",
    "extension": "extension, ext, internal number, внутренн* номер*, внутренн*, добавочн*, добавочн* номер*, внутрішн* номер*, "
    "внутрішн*",
    "queue": "queue, queue name, group, department, skill, team, очеред*, групп*, отдел*, черга, груп*, відділ*, подразделен*, call group",
    "recording": "record, recording, records, audio, link, url, file, recording url, recording file, recordingfile, запис*, ссылк*, ссылк* на запис*, "
    "файл*, файл* запис*, посилан*, аудио*, аудіо*",
    "hangup_by": "hangup by, who hung up, hung up by, disconnected by, кто завершил, кто положил трубку, хто завершив, хто поклав трубку, "
    "инициатор завершен*",
    "cause": "cause, hangup cause, reason, disconnect reason, end reason, причин*, причин* завершен*, причин* отбо*",
    "comment": "comment, comments, note, notes, subject, topic, тема, комментар*, примечан*, коментар*, примітк*, вопрос*, суть*, описан*, опис",
    "trunk": "trunk, транк*, gateway, шлюз*",
}  # fmt: skip
_UNITS: Final = {
    "ms": "ms", "мс": "ms", "milliseconds": "ms", "миллисекунд": "ms",
    "сек": "s", "sec": "s", "s": "s", "с": "s", "секунд": "s", "секунды": "s", "секундах": "s", "seconds": "s", "secs": "s",
    "мин": "min", "min": "min", "минут": "min", "минуты": "min", "минутах": "min", "minutes": "min", "mins": "min", "хв": "min",
    "хвилин": "min", "хвилинах": "min",
}  # fmt: skip
_FILLERS: Final = frozenset(
    "of the a an в во и й та і на по for at call звонка вызова дзвінка виклику gmt utc msk мск".split()
)


def normal(header: str) -> str:
    """A header in lower case, one space between words, without punctuation."""
    text = header.lower().replace("ё", "е").replace("’", "'")
    text = re.sub(r"([a-z])_?([a-z]*)", lambda match: match[0].replace("_", " "), text)
    return " ".join(re.findall(r"[^\W_]+|[№#]", text))


def split_camel(header: str) -> str:
    """``callStart`` to ``call Start``; other headers as they are."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)


def unit_of(header: str) -> str | None:
    """The unit a header states for its numbers (``s``, ``ms``, ``min``), else None."""
    tail = [_UNITS[word] for word in normal(header).split()[1:] if word in _UNITS]
    return tail[-1] if tail else None


@cache
def _phrases() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(
        (field, tuple(phrase.split()))
        for field, text in PHRASES.items()
        for phrase in text.split(",")
        if phrase.split()
    )


@cache
def field_scores(header: str) -> dict[str, float]:
    """Field to score 0..1 for every field some phrase of which stands in the header."""
    words = normal(split_camel(header)).split()
    content = [word for word in words if word not in _UNITS] or words
    scores: dict[str, float] = {}
    for field, phrase in _phrases():
        used = _used(phrase, content)
        if used is None:
            continue
        weight = sum(0.4 if word in _FILLERS and word not in used else 1.0 for word in content)
        score = round(0.75 * len(used) / max(weight, len(used)) + 0.25 * min(len(phrase), 2) / 2, 3)
        scores[field] = max(score, scores.get(field, 0.0))
    return scores


def _used(phrase: tuple[str, ...], words: list[str]) -> list[str] | None:
    left = list(words)
    used = []
    for part in phrase:
        stem = part.rstrip("*")
        found = next((w for w in left if (w.startswith(stem) if part.endswith("*") else w == stem)), None)
        if found is None:
            return None
        left.remove(found)
        used.append(found)
    return used
