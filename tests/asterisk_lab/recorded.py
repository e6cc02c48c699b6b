"""Calls that the office records, and what is said in them. Lines: ``templates/office/extensions-recorded.conf``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from tests.asterisk_lab.scripts import Call, Phone, Script, Truth
from tests.asterisk_lab.tracks import Conversation, People, Sound, Talk, write_track

QUEUE, RINGING, MENU, DIRECT, JOINED = (f"7495000030{number}" for number in range(1, 6))
COLLEAGUE: Final = "245"
MAILBOX_S: Final = 20
"""On the line with a mailbox, who waits longer than this hears its greeting."""


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One call. The caller is 790000003NN, the telephone that serves it 2NN.

    after: seconds of ringing; on the queue, seconds after which a member logs in (and picks up a second later).
    talk: None = nobody answers, and the caller leaves after ``patience``. mute: how a telephone is answered but not
    heard. meanwhile: what the caller says while waiting, (second, voice). transfer: the agent hands the call on.
    """

    number: int
    line: str
    after: float = 0.0
    talk: Talk | None = None
    patience: float = 58.0
    mute: Literal["no packets", "zeros"] | None = None
    meanwhile: tuple[tuple[float, str], ...] = ()
    transfer: Talk | None = None

    @property
    def key(self) -> str:
        """Name of the call and of its tracks."""
        return f"r{self.number:02d}"

    @property
    def caller(self) -> str:
        """The number that dials."""
        return f"790000003{self.number:02d}"

    @property
    def phone(self) -> str:
        """The telephone that is to answer."""
        return f"2{self.number:02d}"

    @property
    def audible(self) -> bool:
        """An agent speaks in this call."""
        return self.talk is not None and self.mute is None


CALLS: Final = (
    RecordedCall(1, QUEUE, 3, Talk("ru", "en-gb+f2")),
    RecordedCall(2, QUEUE, 9.5, Talk("en-us+m3", "es", lead=1.2)),
    RecordedCall(3, QUEUE, 11, Talk("fr", "ru+m1", room_db=None)),
    RecordedCall(4, QUEUE, 12.5, Talk("ru+f3", "ru+m7", room_db=-52)),
    RecordedCall(5, QUEUE, 14, Talk("it", "uk+f2", level=0.5)),
    RecordedCall(6, QUEUE, 17, Talk("uk+m7", "uk+f1", caller_first=True, turns=2)),
    RecordedCall(7, QUEUE, 24.5, Talk("fr", "en-us+f4", lead=2.0, turns=2)),
    RecordedCall(8, QUEUE, 27, Talk("ru", "en-us+m7", turns=2)),
    RecordedCall(9, QUEUE, 13.5, Talk("en-gb+f2", "ru+m3", level=1.6), meanwhile=((9.0, "ru+m3"),)),
    RecordedCall(10, QUEUE, patience=14),
    RecordedCall(11, QUEUE, patience=20, meanwhile=((12.0, "en-us+m1"),)),
    RecordedCall(12, QUEUE, patience=29),
    RecordedCall(13, RINGING, 2, Talk("ru", "ru+f2")),
    RecordedCall(14, RINGING, 4, Talk("en-gb+m2", "es", room_db=-55)),
    RecordedCall(15, RINGING, 7, Talk("it", "en-us+f1", room_db=None)),
    RecordedCall(16, RINGING, 10, Talk("ru+m2", "ru+f4", caller_first=True)),
    RecordedCall(17, RINGING, 13, Talk("fr", "uk+m3", level=0.6)),
    RecordedCall(
        18, RINGING, 3, Talk("uk+f3", "en-us+m4", turns=2), transfer=Talk("it", "en-us+m4", turns=2)
    ),
    RecordedCall(19, RINGING, patience=40, meanwhile=((32.0, "ru+m4"),)),
    RecordedCall(20, RINGING, patience=27),
    RecordedCall(38, RINGING, patience=10),
    RecordedCall(21, MENU, 2, Talk("fr", "ru+f1")),
    RecordedCall(22, MENU, 5, Talk("en-us+f3", "es", room_db=-55)),
    RecordedCall(23, MENU, 9, Talk("ru", "uk+m2", lead=1.5)),
    RecordedCall(24, MENU, 13, Talk("ru+f5", "ru+m5", room_db=None)),
    RecordedCall(25, MENU, 15, Talk("it", "en-gb+m5")),
    RecordedCall(26, MENU, patience=20),
    RecordedCall(27, MENU, 4, Talk("ru", "ru+f6"), mute="no packets"),
    RecordedCall(28, DIRECT, 1, Talk("en-us+m6", "ru+f2")),
    RecordedCall(29, DIRECT, 3, Talk("ru", "es")),
    RecordedCall(30, DIRECT, 6, Talk("fr", "uk+f4", room_db=None)),
    RecordedCall(31, DIRECT, 2, Talk("uk+m1", "en-gb+f5", caller_first=True)),
    RecordedCall(32, DIRECT, 2, Talk("it", "ru+m1"), mute="no packets"),
    RecordedCall(33, DIRECT, 2, Talk("it", "en-us+f2"), mute="zeros"),
    RecordedCall(34, JOINED, 2, Talk("ru+m6", "ru+f1")),
    RecordedCall(35, JOINED, 4, Talk("it", "en-us+m2", room_db=None)),
    RecordedCall(36, JOINED, 5, Talk("en-gb+f4", "es", lead=1.6)),
    RecordedCall(37, JOINED, 3, Talk("fr", "ru+m3", caller_first=True)),
)


def write_tracks(people: People, folder: Path) -> dict[str, Conversation]:
    """What everybody plays, into ``folder``. Returns the conversations by the call's key."""
    write_track(folder, "room", people.room())
    told: dict[str, Conversation] = {}
    for call in CALLS:
        waiting = [(at, people.sentence(voice)) for at, voice in call.meanwhile]
        write_track(folder, f"{call.key}-waiting", people.laid(waiting, call.patience, -62.0))
        for name, talk in ((call.key, call.talk), (f"{call.key}-colleague", call.transfer)):
            if talk is None:
                continue
            spoken = people.conversation(talk)
            told.setdefault(call.key, spoken)
            write_track(folder, name, _agent_side(call, spoken))
            write_track(folder, f"{name}-caller", spoken.caller)
    return told


def scripts(tracks: Path) -> tuple[Script, ...]:
    """The calls as scripts of one wave. tracks: their folder as the network's exchange sees it."""
    return tuple(Script(call.key, call.line, 0, (_call(call, tracks),)) for call in CALLS)


def _agent_side(call: RecordedCall, spoken: Conversation) -> Sound:
    return spoken.agent * 0 if call.mute == "zeros" else spoken.agent


def _call(call: RecordedCall, tracks: Path) -> Call:
    # who dials a telephone directly hears it from its first moment on; others are led from waiting into the talk
    plays = f"{call.key}-caller" if call.line == DIRECT else f"{call.key}-waiting"
    on_queue = call.line == QUEUE and call.talk
    return Call(
        call.key, call.caller, call.line, call.patience, _truth(call), tuple(_phones(call)),
        speech=str(tracks / plays), pause=(call.number % 12) * 0.3, keys="wwwwww1" if call.line == MENU else "",
        joins=((call.after, f"w{call.number:02d}", call.phone),) if on_queue else (),
    )  # fmt: skip


def _phones(call: RecordedCall) -> Iterator[Phone]:
    if call.talk is None:
        return
    ring = 1.0 if call.line == QUEUE else call.after
    if call.mute == "no packets":
        yield Phone(call.phone, "mute", ring, talk=16, says=call.key)
        return
    first = Phone(call.phone, "speak", ring, talk=0.3, says=call.key)
    if call.transfer is None:
        yield first
        return
    yield replace(first, then="blind", target=COLLEAGUE)
    yield Phone(COLLEAGUE, "speak", 2, talk=0.3, says=f"{call.key}-colleague")


def _truth(call: RecordedCall) -> Truth:
    queue = f"w{call.number:02d}" if call.line == QUEUE else None
    if call.talk is None and call.line == RINGING and call.patience > MAILBOX_S:
        return Truth("voicemail", message=bool(call.meanwhile))
    if call.talk is None:
        return Truth("abandoned_in_queue" if call.line == QUEUE else "no_answer", queue=queue)
    agents = (call.phone,) if call.transfer is None else (call.phone, COLLEAGUE)
    return Truth("answered", agents, queue=queue)
