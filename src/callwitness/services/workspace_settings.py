"""What a workspace says about itself, as the plain rules that the domain takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

from callwitness.domain.rules import Rules
from callwitness.ingest.contract import ReadOptions
from callwitness.ledger import models as m
from callwitness.services.people.numbers import number_rules
from callwitness.services.settings import Settings, read_settings


@dataclass(frozen=True, slots=True)
class WorkspaceRules:
    """Rules and reading options of a workspace as they are now. neutral: names of sources without an interest."""

    rules: Rules
    neutral: frozenset[str]
    sources: tuple[m.Source, ...]
    read: Mapping[str, ReadOptions]
    fingerprint: str


def settings_of(workspace: m.Workspace) -> Settings:
    """The workspace's settings. Raises ``UsageError`` naming the key that is wrong."""
    table: dict[str, Any] = {**workspace.settings, "zone": workspace.zone, "language": workspace.language}
    if workspace.country:
        table["country"] = workspace.country
    return read_settings(table, workspace.name)


def rules_of(workspace: m.Workspace) -> WorkspaceRules:
    """Everything that judging the workspace's calls depends on, besides its evidence."""
    settings = settings_of(workspace)
    sources = tuple(m.Source.objects.filter(workspace=workspace, enabled=True))
    neutral = {source.name for source in sources if source.neutral} | settings.neutral
    rules = number_rules(workspace).added_to(settings.rules)
    read = {source.name: read_options(source, settings, rules.own_numbers) for source in sources}
    said = [rules, sorted(neutral), sorted((source.name, source.role) for source in sources), read]
    text = json.dumps(said, default=_plain, sort_keys=True)
    return WorkspaceRules(
        rules, frozenset(neutral), sources, read, blake2b(text.encode(), digest_size=16).hexdigest()
    )


def read_options(
    source: m.Source, settings: Settings, own_numbers: frozenset[str] = frozenset()
) -> ReadOptions:
    """How evidence of a source is read: the workspace's way, then what the source itself says."""
    options = settings.read.get(source.name, settings.read_default)
    return replace(
        options,
        zone=source.zone or options.zone,
        own_numbers=options.own_numbers | own_numbers,
        options={**options.options, **source.options},
    )


def _plain(value: object) -> object:
    """Sets and dataclasses in an order of their own, for the fingerprint."""
    if isinstance(value, frozenset | set):
        return sorted(map(str, value))
    if isinstance(value, Mapping):
        return sorted((str(key), _plain(each)) for key, each in value.items())
    slots = getattr(type(value), "__slots__", None)
    if slots is not None:
        return {name: _plain(getattr(value, name)) for name in slots}
    return str(value)
