"""Puts the README of every adapter on the site, as adapters/NAME.md: it is written once, beside its code."""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ADAPTERS = Path(__file__).parents[1] / "src" / "callwitness" / "adapters"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages before links are checked."""
    for readme in sorted(ADAPTERS.glob("*/README.md")):
        page = f"adapters/{readme.parent.name}.md"
        files.append(File.generated(config, page, abs_src_path=str(readme)))
    return files
