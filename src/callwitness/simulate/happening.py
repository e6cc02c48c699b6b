"""What happens in the world: calls, the applications the exchange runs for them, the phones it rings.

Times are true microseconds UTC. Witnesses read these and write them down in their own way.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Channel:
    """A channel of the exchange: its technical name and its uniqueid (by the exchange's clock)."""

    name: str
    uniqueid: str
    start: int


@dataclass(slots=True)
class Ring:
    """A phone (or mobile behind the trunk) that was rung.

    outcome: answer | no_answer | cancelled | elsewhere | busy. ``answered``: 0 when nobody picked up.
    end: when the phone stopped ringing, or left the talk.
    """

    party: str
    member: str
    name: str
    channel: Channel
    start: int
    end: int
    outcome: str
    answered: int = 0


@dataclass(slots=True)
class Consult:
    """An attended transfer by feature code: the agent reaches a colleague through a Local channel (near, far).

    The caller is joined to them at ``merged``. bridge: agent and near end; far_bridge: far end and colleague.
    """

    near: Channel
    far: Channel
    start: int
    agent: Ring
    colleague: Ring
    merged: int
    bridge: str
    far_bridge: str


@dataclass(slots=True)
class Step:
    """One application run on the caller's channel.

    answers: moment at which it answered the channel, 0 = it did not. left: how a Dial or Queue ended:
    talk | blind | attended | abandon | timeout | failed | "". passed_to: extension of a blind transfer.
    """

    app: str
    data: str
    context: str
    exten: str
    start: int
    end: int
    answers: int = 0
    rings: list[Ring] = field(default_factory=list)
    queue: str = ""
    position: int = 1
    talk: Ring | None = None
    left: str = ""
    passed_to: str = ""
    status: str = ""
    consult: Consult | None = None
    bridge: str = ""


@dataclass(slots=True)
class Call:
    """One call as it really was. Numbers are digits of E.164 without plus; withheld callers have caller "".

    shown: caller as the exchange sees it; arrives_as: the number it sees dialled. ``channel`` is None when the
    exchange never saw the call. hangup_by: caller | callee | system. findings: kinds planted by the witnesses.
    """

    index: int
    direction: str
    start: int
    caller: str
    did: str
    shown: str = ""
    shown_name: str = ""
    arrives_as: str = ""
    channel: Channel | None = None
    steps: list[Step] = field(default_factory=list)
    end: int = 0
    answered: int = 0
    human: int = 0
    agent: str = ""
    verdict: str = ""
    hangup_by: str = "caller"
    cause: int = 16
    line: int = -1
    tries: int = 0
    case: str = ""
    provider_id: str = ""
    provider_copy: str = ""
    office_id: str = ""
    findings: list[str] = field(default_factory=list)
