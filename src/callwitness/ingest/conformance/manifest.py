"""Rule: the manifest says who, what, how sure, and answers for every rule of the scale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from callwitness.ingest.conformance.subject import Outcome, Subject

REQUIRED: Final = ("name", "vendor", "provides", "delivers", "identity", "clock", "layouts", "quality")
VERIFIED: Final = ("real", "vendor-doc", "memory")
STANDINGS: Final = ("done", "todo", "exempt")


def check(subject: Subject) -> Iterator[Outcome]:
    """One outcome: complete, or the first thing that is missing."""
    problem = _problem(subject.name, subject.manifest)
    yield Outcome("manifest", problem is None, problem or "complete")


def _problem(name: str, manifest: dict[str, Any]) -> str | None:
    missing = [key for key in REQUIRED if not manifest.get(key)]
    if missing:
        return f"manifest.toml lacks {', '.join(missing)}"
    if manifest["name"] != name:
        return f"manifest.toml says name = {manifest['name']!r}, the folder is {name!r}"
    for layout, facts in manifest["layouts"].items():
        if facts.get("verified") not in VERIFIED:
            return f"layout {layout}: verified must be one of {', '.join(VERIFIED)}"
    for rule, standing in manifest["quality"].items():
        status = standing.get("status") if isinstance(standing, dict) else standing
        if status not in STANDINGS:
            return f"quality rule {rule}: expected one of {', '.join(STANDINGS)}"
        if status == "exempt" and not (isinstance(standing, dict) and standing.get("reason")):
            return f"quality rule {rule}: exempt wants a reason"
    return None
