"""What a script is: calls with phones that behave as told, and what truly happened in them."""

from __future__ import annotations

from dataclasses import dataclass

MOBILE = "79000009001"  # the manager's, reached over the trunk
DESK_PHONE = "137"  # a telephone that hands calls over itself (desk_phone.py)


@dataclass(frozen=True, slots=True)
class Phone:
    """How one phone (or a subscriber of the network) treats one caller. Without a plan a phone rings on.

    act: answer | speak | mute | busy | decline, after ``ring`` seconds. speak: play the track ``says`` (tracks.py) and
    only then count ``talk``; mute: send no packets, though the caller talks. Then: hangup after ``talk`` seconds; stay
    until the other side leaves; blind or attended transfer by keys; refer = blind transfer by SIP REFER. ``target`` is
    where to, ``after`` the seconds between dialling an attended transfer and hanging up.
    """

    who: str
    act: str = "answer"
    ring: float = 1.0
    talk: float = 3.0
    then: str = "hangup"
    target: str = ""
    after: float = 0.0
    says: str = ""

    @property
    def plan(self) -> str:
        """As the network's dialplan reads it."""
        return f"{self.act}:{self.ring}:{self.talk}:{self.then}:{self.target}:{self.after}:{self.says}"


@dataclass(frozen=True, slots=True)
class Truth:
    """What really happened in a call, in the words of the product.

    agents: extensions (or an outside number) of the humans who answered, in order. queue: the last one.
    arrived: the office's dialplan saw the call. message: a voicemail message was left.
    """

    verdict: str
    agents: tuple[str, ...] = ()
    direction: str = "inbound"
    flags: frozenset[str] = frozenset()
    queue: str | None = None
    arrived: bool = True
    message: bool | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a script. ``patience``: seconds after which the caller hangs up, whatever is going on.

    caller: a subscriber, or an extension that dials. called: one of the office's numbers, an extension, a subscriber.
    phones: how those that it may ring behave; callers they see differently (a consultation) stand in ``seen_as``.
    by_click: the exchange itself rings the caller's phone first and then dials (click to call).
    pauses: (seconds after dialling, queue, phone): the member goes on pause. joins: the same, a member logs in.
    """

    key: str
    caller: str
    called: str
    patience: float
    truth: Truth
    phones: tuple[Phone, ...] = ()
    seen_as: dict[str, str] | None = None
    keys: str = ""
    speech: str = ""
    withheld: bool = False
    route: str = "office"
    pause: float = 0.0
    by_click: bool = False
    pauses: tuple[tuple[float, str, str], ...] = ()
    joins: tuple[tuple[float, str, str], ...] = ()

    @property
    def by_phone(self) -> bool:
        """An office phone dials, not a subscriber."""
        return len(self.caller) <= 5

    def plans(self) -> dict[str, str]:
        """Global variable of the network's dialplan -> plan."""
        shown = "anonymous" if self.withheld else self.caller
        seen_as = self.seen_as or {}
        return {f"PLAN_{phone.who}_{seen_as.get(phone.who, shown)}": phone.plan for phone in self.phones}


@dataclass(frozen=True, slots=True)
class Case:
    """The lost-caller case that a script must leave behind. why: as the records prove it; None = they do not."""

    state: str
    tries: int = 1
    why: str | None = "agent_did_not_pick_up"


@dataclass(frozen=True, slots=True)
class Script:
    """Calls one after another; scripts of one wave run side by side."""

    name: str
    sentence: str
    wave: int
    calls: tuple[Call, ...]
    case: Case | None = None
