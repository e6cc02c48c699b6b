from __future__ import annotations

from pathlib import Path

import pytest

from callwitness.config.server import from_environment, prepare
from callwitness.domain.errors import UsageError


def given(tmp_path: Path, **variables: str) -> dict[str, str]:
    return {"CALLWITNESS_DATA": str(tmp_path / "data")} | {
        f"CALLWITNESS_{name}": value for name, value in variables.items()
    }


def test_without_variables_it_runs_on_this_machine_alone(tmp_path: Path) -> None:
    settings = from_environment(given(tmp_path))
    assert (settings.host, settings.port, settings.url) == ("127.0.0.1", 8080, "http://127.0.0.1:8080")
    assert settings.database == ""
    assert settings.mail is None
    assert settings.sqlite == tmp_path / "data" / "ledger.sqlite3"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"), ("PORT", "65536"), ("LOG", "xml"), ("URL", "calls.example"), ("PROXIES", "-1"),
        ("DATABASE", "mysql://user@db.example/calls"), ("DATABASE", "postgresql://user:hidden@db.example/calls"),
        ("SMTP", "mail.example"), ("SMTP", "smtp://mail.example:port"), ("SECRET_FILE", "/no/such/file"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_by_its_name_and_tells_no_password(
    tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(UsageError, match=f"^CALLWITNESS_{name}: ") as refused:
        from_environment(given(tmp_path, **{name: value}))
    assert "hidden" not in str(refused.value)


def test_a_secret_may_stand_in_a_file_and_is_shown_nowhere(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("very hidden\n")
    settings = from_environment(given(tmp_path, DATABASE_PASSWORD_FILE=str(tmp_path / "password")))
    assert settings.database_password == "very hidden"
    assert "hidden" not in repr(settings)


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    prepare(from_environment(given(tmp_path)))
    first = from_environment(given(tmp_path)).secret
    prepare(from_environment(given(tmp_path)))
    assert from_environment(given(tmp_path)).secret == first
    assert (tmp_path / "data" / "secret").stat().st_mode & 0o077 == 0
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret"]


def test_a_data_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(UsageError, match="CALLWITNESS_DATA"):
        prepare(from_environment(given(tmp_path)))
