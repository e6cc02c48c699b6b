from __future__ import annotations

import pytest

from callwitness.domain.errors import UsageError
from callwitness.services.arguments import SourceArgument, check_names, parse_source

KINDS = ("asterisk", "mango", "spreadsheet")


def parsed(text: str) -> tuple[str, str, str | None, str, dict[str, str]]:
    argument = parse_source(text, KINDS)
    return argument.role, argument.name, argument.adapter, argument.path, dict(argument.options)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("provider=calls.csv", ("provider", "provider", None, "calls.csv", {})),
        ("office@b=asterisk:Master.csv", ("office", "b", "asterisk", "Master.csv", {})),
        (r"office=C:\logs\Master.csv", ("office", "office", None, r"C:\logs\Master.csv", {})),
        ("office=nobody:x.csv", ("office", "office", None, "nobody:x.csv", {})),
        ("provider=a.csv?zone=Europe/Kyiv&date=dmy", ("provider", "provider", None, "a.csv", {"zone": "Europe/Kyiv", "date": "dmy"})),
        ("provider=what?.csv?zone=UTC", ("provider", "provider", None, "what?.csv", {"zone": "UTC"})),
        ("provider=calls?.csv", ("provider", "provider", None, "calls?.csv", {})),
        ("provider=a.csv?x=1?zone=UTC", ("provider", "provider", None, "a.csv?x=1", {"zone": "UTC"})),
        ("office=asterisk:mysql://user@host/db?table=cdr", ("office", "office", "asterisk", "mysql://user@host/db", {"table": "cdr"})),
        ("contractor=spreadsheet:a=b.csv", ("contractor", "contractor", "spreadsheet", "a=b.csv", {})),
    ],
)  # fmt: skip
def test_an_argument_is_read_as_the_contract_says(text: str, expected: tuple[object, ...]) -> None:
    assert parsed(text) == expected


@pytest.mark.parametrize(
    "text", ["calls.csv", "phone=calls.csv", "provider=", "provider@=x", "office@a b=x", "office=asterisk:"]
)
def test_a_wrong_argument_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(UsageError):
        parse_source(text, KINDS)


def test_one_name_cannot_have_two_roles() -> None:
    arguments = [SourceArgument(role, "x", None, "p", {}, "t") for role in ("provider", "office")]
    with pytest.raises(UsageError, match="provider and as office"):
        check_names(arguments)
