"""What ``/metrics`` tells (REGISTRY): this process's own counts, and the state of the ledger, asked when it is read."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.db.models import Count, Min
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from callwitness.ledger import models as m
from callwitness.services.running import heartbeat
from callwitness.services.running.condition import signs
from callwitness.web.health import door
from callwitness.web.health.counters import REGISTRY as REGISTRY  # noqa: PLC0414 it is read from here

_PREFIX: Final = "callwitness_"


class ServerFigures(Collector):
    """Read anew each time; holds nothing."""

    def collect(self) -> Iterator[Metric]:
        """One metric after the other."""
        well = signs()
        for sign in well:
            if sign.value is not None:
                yield GaugeMetricFamily(_PREFIX + sign.name, f"{sign.name}, as on /health/.", sign.value)
        yield GaugeMetricFamily(
            _PREFIX + "healthy", "1 when /health/ answers 200.", float(not any(sign.problem for sign in well))
        )
        yield from _hooks()
        yield from _jobs()
        if not any(sign.problem for sign in well if sign.name == "database_s"):
            yield from _ledger()


def _hooks() -> Iterator[Metric]:
    counted = door.hooks
    if counted is None:
        return
    yield CounterMetricFamily(_PREFIX + "hooks_received", "Webhooks kept.", counted.received)
    yield CounterMetricFamily(
        _PREFIX + "hooks_repeated", "Webhooks that had been kept before.", counted.repeated
    )
    refused = CounterMetricFamily(_PREFIX + "hooks_refused", "Webhooks refused.", labels=["reason"])
    for reason, count in dict(counted.refused).items():
        refused.add_metric([reason], count)
    yield refused
    yield CounterMetricFamily(_PREFIX + "hooks_commits", "Commits of the inbox.", counted.commits)
    yield CounterMetricFamily(
        _PREFIX + "hooks_failed_commits", "Commits that kept nothing.", counted.failed_commits
    )
    yield GaugeMetricFamily(
        _PREFIX + "hooks_waiting", "Webhooks waiting for their commit now.", counted.waiting
    )


def _jobs() -> Iterator[Metric]:
    beat = heartbeat.read(settings.SERVER.data)
    if beat is None:
        return
    told = (
        ("job_runs", "Runs of a job that did something.", "worked"),
        ("job_seconds", "Seconds spent in runs that did something.", "seconds"),
        ("job_cpu_seconds", "CPU seconds of the same.", "cpu_s"),
        ("job_errors", "Runs that failed.", "errors"),
    )
    for name, text, attribute in told:
        family = CounterMetricFamily(_PREFIX + name, f"{text} Since the worker started.", labels=["job"])
        for job, state in beat.jobs.items():
            family.add_metric([job], getattr(state, attribute))
        yield family


def _ledger() -> Iterator[Metric]:
    yield _by_state("evidence", "Evidence by state.", dict(_counts(m.Evidence, "state")))
    yield _by_state("mails", "Mails by state.", dict(_counts(m.Mail, "state")))
    yield _by_state("deliveries", "Scheduled exports by state.", dict(_counts(m.Delivery, "state")))
    yield _by_state(
        "lost_callers", "Lost callers by state, all workspaces.", dict(_counts(m.LostCase, "state"))
    )
    yield _by_state("hearings", "What was heard in recordings.", dict(_counts(m.Hearing, "status")))
    unheard = m.Recording.objects.filter(to_hear=True, state=m.Recording.KEPT).count()
    yield GaugeMetricFamily(_PREFIX + "recordings_unheard", "Recordings waiting to be listened to.", unheard)
    dirty = m.DirtyDay.objects.aggregate(count=Count("id"), oldest=Min("since"))
    yield GaugeMetricFamily(_PREFIX + "dirty_days", "Days waiting to be derived again.", dirty["count"])
    unpublished = m.UnpublishedDay.objects.count()
    yield GaugeMetricFamily(
        _PREFIX + "unpublished_days", "Days whose calls the warehouse does not have yet.", unpublished
    )
    waits = 0.0 if dirty["oldest"] is None else max(0.0, time.time() - dirty["oldest"] / 1000)
    yield GaugeMetricFamily(
        _PREFIX + "dirty_oldest_seconds", "How long the oldest of them has waited.", waits
    )


def _counts(model: type, field: str) -> Iterator[tuple[str, int]]:
    for row in model.objects.values(field).annotate(count=Count("pk")).order_by(field):  # type: ignore[attr-defined]
        yield row[field], row["count"]


def _by_state(name: str, text: str, counts: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(_PREFIX + name, text, labels=["state"])
    for state, count in counts.items():
        family.add_metric([state], count)
    return family


REGISTRY.register(ServerFigures())
