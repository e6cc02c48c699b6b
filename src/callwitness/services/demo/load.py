"""The demo company: thirty days of the simulator's world up to now, taken in as any evidence is."""

from __future__ import annotations

import hashlib
import hmac
import tempfile
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings

from callwitness.domain.errors import UsageError
from callwitness.ledger import models as m
from callwitness.services.arrivals import receive as arrivals
from callwitness.services.arrivals.read_evidence import read_pending
from callwitness.services.demo.files import deliveries
from callwitness.services.demo.life import live
from callwitness.services.demo.people import company_of, make_people, make_projects
from callwitness.services.demo.recordings import record
from callwitness.services.derive import derive_dirty
from callwitness.services.publish import publish_dirty
from callwitness.services.reading import Progress
from callwitness.simulate.options import WorldOptions, effects
from callwitness.simulate.world import simulate

SLUG: Final = "demo"
_DAYS: Final = 30
_CALLS: Final = 60
_SEED: Final = 1812
_SOURCES: Final = (("provider", "spreadsheet"), ("office", "asterisk"), ("contractor", "email_report"))
"""Name, which is the role as well, and adapter."""


@dataclass(frozen=True, slots=True)
class Demo:
    """What was made. accounts: (mail, name, role) of everybody who may sign in, all with the same password."""

    workspace: m.Workspace
    accounts: tuple[tuple[str, str, str], ...]
    password: str


def load_demo(progress: Progress, now: int) -> Demo:
    """Fills an empty ledger with the demo company. now: ms UTC; its last day ends there.

    Raises ``UsageError`` when there is a workspace already.
    """
    if m.Workspace.objects.exists():
        raise UsageError(
            "--demo fills an empty ledger only; this one has workspaces, and nothing was changed. "
            "Start without --demo, or name an empty folder in CALLWITNESS_DATA."
        )
    moment = datetime.fromtimestamp(now / 1000, UTC)
    zone = effects(WorldOptions()).zone
    first = moment.astimezone(ZoneInfo(zone)).date() - timedelta(days=_DAYS - 1)
    options = WorldOptions(days=_DAYS, calls_per_day=_CALLS, seed=_SEED, start=first, until=moment)
    with tempfile.TemporaryDirectory(prefix="callwitness-") as folder:
        simulate(options, Path(folder), progress)
        workspace = _workspace(tomllib.loads((Path(folder) / "callwitness.toml").read_text(encoding="utf-8")))
        company = company_of(options)
        make_projects(workspace, company)
        make_people(workspace, company, demo_password(), now)
        _take_in(workspace, Path(folder), moment, progress)
    derive_dirty(now, progress)
    record(workspace, now, progress)
    derive_dirty(now, progress)
    live(workspace, now)
    publish_dirty(now, progress)
    return Demo(workspace, demo_accounts(workspace), demo_password())


def demo_accounts(workspace: m.Workspace) -> tuple[tuple[str, str, str], ...]:
    """Mail, name and role of everybody who may sign in, the owner first."""
    members = m.Membership.objects.filter(workspace=workspace).select_related("user").order_by("id")
    return tuple((member.user.email, str(member.user), member.role) for member in members)


def demo_password() -> str:
    """The password of all demo accounts: the same at every start, another on every installation."""
    digest = hmac.new(settings.SECRET_KEY.encode(), b"demo", hashlib.sha256).hexdigest()
    return f"demo-{digest[:4]}-{digest[4:8]}"


def _workspace(told: dict[str, Any]) -> m.Workspace:
    """The workspace as the company states itself; its numbers become rows of their own (``make_projects``)."""
    zone, country = told.pop("zone"), told.pop("country")
    told.pop("language")
    for name in ("own", "test", "blacklist"):
        told["numbers"].pop(name)
    workspace = m.Workspace.objects.create(slug=SLUG, name="Demo", zone=zone, country=country, settings=told)
    m.Source.objects.bulk_create(
        m.Source(
            workspace=workspace, name=name, role=name, adapter=adapter, zone=zone, neutral=name == "provider"
        )
        for name, adapter in _SOURCES
    )
    return workspace


def _take_in(workspace: m.Workspace, world: Path, now: datetime, progress: Progress) -> None:
    """Every file arrives when it would have, and is read."""
    sources = {source.name: source for source in m.Source.objects.filter(workspace=workspace)}
    sent = deliveries(world, workspace.zone, now)
    for each in sent:
        arrivals.receive(
            sources[each.source], BytesIO(each.data), each.name, arrivals.FOLDER, each.arrived_at
        )
    read_pending(int(now.timestamp() * 1000), progress)
