"""Workspaces and sources by the names that a command line gives them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from django.db import transaction

from callwitness.domain.errors import UsageError
from callwitness.ingest.registry import adapter_options, adapter_packages
from callwitness.ledger import models as m
from callwitness.services.arguments import SourceArgument
from callwitness.services.arrivals.evidence_records import OF_THE_COMMAND
from callwitness.services.databases import is_database
from callwitness.services.options import check_options, check_zone

_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def workspace_named(slug: str) -> m.Workspace:
    """The workspace, made where there is none at all yet. Raises ``UsageError`` naming those there are."""
    found = m.Workspace.objects.filter(slug=slug).first()
    if found is not None:
        return found
    known = list(m.Workspace.objects.order_by("slug").values_list("slug", flat=True))
    if known:
        raise UsageError(f"no workspace called {slug!r}; there are: {', '.join(known)}")
    if not _SLUG.fullmatch(slug):
        raise UsageError(
            f"{slug!r}: a workspace's name has small letters, digits, '-' and '_' only, 40 at most"
        )
    return m.Workspace.objects.create(slug=slug, name=slug)


def source_for(workspace: m.Workspace, arguments: Sequence[SourceArgument]) -> m.Source:
    """The source that arguments of one name mean, made where there is none, as they say it is read.

    Raises ``UsageError`` when they say something else than the source, or than each other.
    """
    first = arguments[0]
    for argument in arguments:
        _check(argument)
    adapter, options = _agreed(arguments)
    zone = options.pop("zone", "")
    with transaction.atomic():
        source, made = m.Source.objects.get_or_create(
            workspace=workspace,
            name=first.name,
            defaults={"role": first.role, "adapter": adapter, "zone": zone, "options": options},
        )
    if not made:
        _refuse_another(source, first, adapter, zone, options)
    return source


def _check(argument: SourceArgument) -> None:
    """Options that the adapter takes; where none is named, that some adapter takes."""
    if of_command := OF_THE_COMMAND & set(argument.options):
        raise UsageError(
            f"{argument.text!r}: {', '.join(sorted(of_command))} is for check, not for a source that is kept"
        )
    if argument.adapter is not None:
        check_options(argument, argument.adapter)
        return
    takers = [name for name in adapter_packages() if set(argument.options) <= adapter_options(name)]
    if not takers and not is_database(argument.path):
        raise UsageError(
            f"{argument.text!r}: no adapter takes all of these options: {', '.join(argument.options)}"
        )
    if "zone" in argument.options:
        check_zone(argument)


def _lasting(argument: SourceArgument) -> tuple[tuple[str, str], ...]:
    """The options that are the source's own; where a database lies is the import's."""
    leave = {"table", "socket"} if is_database(argument.path) else set()
    return tuple(sorted((key, value) for key, value in argument.options.items() if key not in leave))


def _agreed(arguments: Sequence[SourceArgument]) -> tuple[str, dict[str, str]]:
    """Adapter and options: a source is read in one way, files of several kinds each by their own mark."""
    adapters = {argument.adapter or "" for argument in arguments}
    options = {_lasting(argument) for argument in arguments}
    if len(options) > 1:
        raise UsageError(f"{arguments[0].name}: all files of a source are read with the same options")
    return adapters.pop() if len(adapters) == 1 else "", dict(options.pop())


def _refuse_another(
    source: m.Source, argument: SourceArgument, adapter: str, zone: str, options: dict[str, str]
) -> None:
    said = {
        "role": (argument.role, source.role),
        "adapter": (adapter, source.adapter),
        "zone": (zone, source.zone),
    }
    said |= {key: (value, str(source.options.get(key, ""))) for key, value in options.items()}
    for what, (given, known) in said.items():
        if given and given != known:
            raise UsageError(
                f"{argument.text!r}: the source {source.name!r} has {what} {known or 'none'!r}, not {given!r}; "
                "change it on the page of the source, or give another name: ROLE@NAME=..."
            )
