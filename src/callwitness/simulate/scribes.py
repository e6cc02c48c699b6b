"""All witnesses of one world: hands every call to each of them, in the order of starts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from callwitness.simulate.cases import name
from callwitness.simulate.clocks import DAY, SourceClock, WallClock, iso
from callwitness.simulate.company import Company, opening
from callwitness.simulate.happening import Call
from callwitness.simulate.options import Effects, WorldOptions
from callwitness.simulate.recordings import Speak
from callwitness.simulate.tape import Tape
from callwitness.simulate.witnesses.cel import Cel
from callwitness.simulate.witnesses.config import toml
from callwitness.simulate.witnesses.contractor import ContractorMail
from callwitness.simulate.witnesses.master_csv import MasterCsv
from callwitness.simulate.witnesses.provider import ProviderList
from callwitness.simulate.witnesses.queue_log import QueueLog
from callwitness.simulate.witnesses.recorder import Recorder
from callwitness.simulate.witnesses.truth import Evidence, TruthFile, write_findings

SILENT_HOURS = (10, 14)


def silent_window(options: WorldOptions, settled: Effects, wall: WallClock) -> tuple[int, int] | None:
    """The busy hours that the provider's list misses: a working day two thirds into the period."""
    if not settled.source_silent:
        return None
    day = options.start + timedelta(days=options.days * 2 // 3)
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return wall.at(day, SILENT_HOURS[0]), wall.at(day, SILENT_HOURS[1])


class Scribes:
    """The files of a world, open for writing."""

    def __init__(
        self,
        options: WorldOptions,
        settled: Effects,
        company: Company,
        out: Path,
        clock: SourceClock,
        start: int,
        silent: tuple[int, int] | None,
        speak: Speak | None = None,
    ) -> None:
        out.mkdir(parents=True, exist_ok=True)
        self._options, self._settled, self._out, self._silent = options, settled, out, silent
        self._start = start
        own = SourceClock(start, settled.contractor_offset_s, 0.0, 0.0, 0)
        self._provider = ProviderList(out / "provider.csv", options, settled, company.excluded())
        self._contractor = ContractorMail(out / "contractor", options, settled, own)
        written_zone = "UTC" if settled.wrong_zone else settled.zone
        self._cdr = MasterCsv(clock, WallClock(written_zone))
        self._queue, self._cel = QueueLog(clock), Cel(clock)
        self._master = Tape(out / "Master.csv")
        self._queue_log = Tape(out / "queue_log")
        self._events = Tape(out / "cel.csv") if options.cel else None
        self._truth = TruthFile(out / "truth.csv")
        self._recorder = None
        if options.recordings != "none":
            stereo = options.recordings == "stereo"
            zone = WallClock(written_zone)
            self._recorder = Recorder(out, clock, zone, options.seed, stereo=stereo, speak=speak)
        self._first = self._last = 0
        (out / "callwitness.toml").write_text(toml(options, settled, company), encoding="utf-8")
        self._queue_log.extend(self._queue.start(start - DAY))

    def state(self, at: int, queue: str, member: str, event: str, parameter: str) -> None:
        """A queue member comes, goes, or takes a break."""
        self._queue_log.extend(self._queue.state(at, queue, member, event, parameter))

    def call(self, call: Call, forwarded: bool = False) -> None:
        """A call, told by each witness that saw it."""
        if call.direction == "inbound":
            silent = self._silent is not None and self._silent[0] <= call.start < self._silent[1]
            self._provider.call(call, forwarded, silent)
            self._contractor.call(call)
        if call.channel is not None:
            self._master.extend(self._cdr.call(call))
            self._queue_log.extend(self._queue.call(call))
            if self._events is not None:
                self._events.extend(self._cel.call(call))
            if self._recorder is not None:
                self._recorder.call(call)
            self._first = self._first or call.start
            self._last = call.start
        self._truth.call(call)

    def pass_time(self, now: int) -> None:
        """Nothing that starts before ``now`` will be told any more."""
        self._master.pass_time(now)
        self._queue_log.pass_time(now)
        if self._events is not None:
            self._events.pass_time(now)

    def day_over(self, day: date) -> None:
        """The contractor reports its working days."""
        if opening(day) is not None:
            self._contractor.send(day)

    def close(self, states: Sequence[str]) -> dict[str, int]:
        """Finishes every file; counts by witness."""
        self._provider.close()
        if self._recorder is not None:
            self._recorder.close()
        tapes = [self._master, self._queue_log, *([self._events] if self._events else [])]
        for tape in tapes:
            tape.close()
        cases = {name(number): state for number, state in enumerate(states)}
        provider = Evidence(self._provider.first, self._provider.last)
        office = Evidence(self._first, self._last)
        self._truth.finish(cases, self._contractor.ids, provider, office)
        write_findings(self._out / "truth_findings.csv", self._findings())
        return {
            "provider": self._provider.rows,
            "cdr": self._master.lines,
            "queue_log": self._queue_log.lines,
            "cel": self._events.lines if self._events else 0,
            "contractor": self._contractor.told,
        }

    def _findings(self) -> list[tuple[str, str, str, str, str, str]]:
        settled, end = self._settled, self._start + self._options.days * DAY
        span = iso(self._start), iso(end)
        rows = []
        if settled.wrong_zone:
            rows.append(("clock_off", "office", *span, "UTC", f"zone stated {settled.zone}"))
        offsets = (
            settled.office_offset_s,
            settled.office_offset_s
            + (settled.office_drift_s_per_day * self._options.days + settled.office_step_s),
        )
        if max(map(abs, offsets)) > 63:
            rows.append(("clock_off", "office", *span, f"{offsets[0]:.1f}", "offset, s"))
        if abs(settled.office_step_s) > 10:
            middle = iso(self._start + self._options.days * DAY // 2)
            rows.append(("clock_off", "office", middle, middle, f"{settled.office_step_s:.1f}", "step, s"))
        if abs(settled.contractor_offset_s) > 63:
            rows.append(("clock_off", "contractor", *span, f"{settled.contractor_offset_s:.1f}", "offset, s"))
        if self._silent:
            rows.append(
                ("source_silent", "provider", iso(self._silent[0]), iso(self._silent[1]), "", "no rows")
            )
        return rows
