"""What real exports become in the server's ledger is what ``check`` says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from callwitness.ledger import models as m
from callwitness.services import derive
from callwitness.services.arguments import parse_source
from callwitness.services.arrivals.read_evidence import read_pending
from callwitness.services.settings import read_settings
from tests.end_to_end.ledger import bring, checked, same, workspace_with


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        "office=asterisk/asteriskcdrdb_freepbx_2024.sql",
        "office=asterisk/Master_18col_2016.csv",
        "office=asterisk/testsuite_CELMaster1.csv",
    ],
)
def test_a_real_export_gives_the_verdicts_of_check(shared_samples: Path, data: Path, text: str) -> None:
    assert data.is_dir()
    role, _, path = text.partition("=")
    argument = parse_source(f"{role}={shared_samples / path}", ["asterisk"])
    result = checked([argument], read_settings({"zone": "UTC", "country": "RU"}, "test"))
    workspace = workspace_with(None)
    m.Workspace.objects.filter(pk=workspace.pk).update(country="RU")
    bring(workspace, argument, result.as_of)
    read_pending(result.as_of)
    derive.derive_dirty(result.as_of)
    same(workspace, result)
