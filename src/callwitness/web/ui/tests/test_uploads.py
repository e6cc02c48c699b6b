"""Who may give the server files at all."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from callwitness.web.ui.cast import Cast

LARGE = b"x" * (4 << 20)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Temporary files that uploads made."""
    found: list[Any] = []
    whole = tempfile.NamedTemporaryFile

    def noted(*args: Any, **kwargs: Any) -> Any:
        found.append(whole(*args, **kwargs))
        return found[-1]

    monkeypatch.setattr("django.core.files.uploadedfile.tempfile.NamedTemporaryFile", noted)
    return found


def test_a_stranger_leaves_no_file_behind(cast: Cast, made: list[Any]) -> None:
    told = {"login": "a@b.example", "password": "wrong", "file": SimpleUploadedFile("a.bin", LARGE)}
    assert cast.anonymous.post("/accounts/login/", told).status_code == 200
    assert made == []


def test_a_member_uploads_files_larger_than_memory(
    cast: Cast, made: list[Any], settings: Any, tmp_path: Path
) -> None:
    settings.SERVER = replace(settings.SERVER, data=tmp_path)
    answer = cast.olga.client.post(cast.url("sources/upload/"), {"files": SimpleUploadedFile("a.csv", LARGE)})
    assert answer.status_code == 302
    assert len(made) == 1
