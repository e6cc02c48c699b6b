"""The exchange's Master.csv (cdr_csv): one row for each path from the caller's channel to another, at hang-up.

A row without a second channel is not written when nothing answered (``unanswered=no``, the exchange's default).
"""

from __future__ import annotations

from callwitness.simulate.clocks import SECOND, SourceClock, WallClock
from callwitness.simulate.happening import Call, Channel, Consult, Ring, Step

_FAILED = {"busy": "BUSY", "failed": "FAILED"}


class _Row:
    """A call detail record that is still open. answer 0 = unset."""

    __slots__ = ("answer", "app", "context", "data", "dst", "dstchannel", "result", "sequence", "start")

    def __init__(self, start: int, answer: int, sequence: int) -> None:
        self.start = start
        self.answer = answer
        self.sequence = sequence
        self.context = self.dst = self.app = self.data = self.dstchannel = self.result = ""


class MasterCsv:
    """Writes the rows of calls; times in the zone the exchange writes (``wall``), by its own clock."""

    def __init__(self, clock: SourceClock, wall: WallClock) -> None:
        self._clock = clock
        self._wall = wall
        self._sequence = 0

    def call(self, call: Call) -> list[tuple[int, str]]:
        """All rows of one call, posted when its channels are gone."""
        if call.channel is None:
            return []
        chain = _Chain(self, call, call.channel)
        for step in call.steps:
            chain.step(step)
        chain.close(call.end)
        return chain.lines

    def next_sequence(self) -> int:
        """Counts every record the exchange makes, written or not."""
        self._sequence += 1
        return self._sequence - 1

    def text(self, row: _Row, end: int, party: tuple[str, str], channel: Channel, linkedid: str) -> str:
        """One line of the file, 21 columns. party: number and name of the calling side."""
        src, name = party
        read, wall = self._clock.read, self._wall.text
        start, stop = read(row.start), read(end)
        answer, billed = "", 0
        if row.answer:
            moment = read(row.answer)
            answer = f'"{wall(moment // SECOND)}"'
            billed = max(0, (stop - moment) // SECOND)
        result = row.result or ("ANSWERED" if row.answer else "NO ANSWER")
        return (
            f'"","{src}","{row.dst}","{row.context}","""{name}"" <{src}>","{channel.name}","{row.dstchannel}",'
            f'"{row.app}","{row.data}","{wall(start // SECOND)}",{answer},"{wall(stop // SECOND)}",'
            f'{max(0, (stop - start) // SECOND)},{billed},"{result}","DOCUMENTATION",'
            f'"{channel.uniqueid}","","","{linkedid}",{row.sequence}\n'
        )


class _Chain:
    """The records of one caller's channel, one after the other, as the exchange's CDR engine chains them."""

    def __init__(self, file: MasterCsv, call: Call, channel: Channel) -> None:
        self.lines: list[tuple[int, str]] = []
        self._file = file
        self._call = call
        self._channel = channel
        self._up = 0
        self._row: _Row | None = _Row(channel.start, 0, file.next_sequence())

    def step(self, step: Step) -> None:
        """One application after the other."""
        if step.answers and not self._up:
            self._up = step.answers
            if self._row is not None:
                self._row.answer = self._up
        row = self._open(step.start)
        row.context, row.dst, row.app, row.data = step.context, step.exten, step.app, step.data
        for ring in step.rings:
            self._ring(step, ring)
        if step.consult is not None:
            self._joined(step, step.consult)

    def close(self, end: int) -> None:
        """The channel is gone: what is still open and was answered gets its row."""
        if self._row is not None and self._up:
            self._write(self._row, end)
        self._row = None

    def _open(self, at: int) -> _Row:
        if self._row is None:
            up = at if self._up and self._up <= at else 0
            self._row = _Row(at, up, self._file.next_sequence())
        return self._row

    def _ring(self, step: Step, ring: Ring) -> None:
        row = self._open(ring.start)
        row.context, row.dst, row.app, row.data = step.context, step.exten, step.app, step.data
        row.dstchannel = ring.channel.name
        self._file.next_sequence()  # the phone's own record, which has no second party and is not written
        self._row = None
        if ring.outcome != "answer":
            row.result = _FAILED.get(ring.outcome, "NO ANSWER")
            self._write(row, ring.end)
            return
        if not self._up:
            self._up = row.answer = ring.answered
        row.result = "ANSWERED"
        if step.left == "blind":  # the channel already stands at its new extension when the row is closed
            row.context, row.dst = "from-internal", step.passed_to
        self._write(row, ring.end)

    def _joined(self, step: Step, consult: Consult) -> None:
        """Attended transfer through a Local channel: four more rows, as the exchange was seen to write them."""
        agent, colleague, end = consult.agent, consult.colleague, step.end
        own = self._row_of("from-internal", step.exten, "AppQueue", "(Outgoing Line)", consult.near.name)
        self._other(
            own, (consult.start, consult.start, consult.merged), agent.party, agent.name, agent.channel
        )
        dial = f"PJSIP/{colleague.party},20,tT"
        far = self._row_of("from-internal", colleague.party, "Dial", dial, colleague.channel.name)
        call = self._call
        self._other(far, (consult.start, colleague.answered, end), call.shown, call.shown_name, consult.far)
        near = self._row_of("from-internal", colleague.party, "", "", "")
        self._other(
            near, (consult.merged, consult.merged, end), colleague.party, colleague.name, consult.near
        )
        row = self._row_of(step.context, step.exten, step.app, step.data, consult.near.name)
        row.start = row.answer = consult.start
        self._row = None
        self._write(row, end)

    def _row_of(self, context: str, dst: str, app: str, data: str, dstchannel: str) -> _Row:
        row = _Row(0, 0, self._file.next_sequence())
        row.context, row.dst, row.app, row.data, row.dstchannel = context, dst, app, data, dstchannel
        row.result = "ANSWERED"
        return row

    def _other(self, row: _Row, times: tuple[int, int, int], src: str, name: str, channel: Channel) -> None:
        """Writes a row of another channel of the call, posted when that channel is gone."""
        row.start, row.answer, end = times
        self.lines.append((end, self._file.text(row, end, (src, name), channel, self._channel.uniqueid)))

    def _write(self, row: _Row, end: int) -> None:
        call = self._call
        text = self._file.text(row, end, (call.shown, call.shown_name), self._channel, self._channel.uniqueid)
        self.lines.append((call.end, text))
