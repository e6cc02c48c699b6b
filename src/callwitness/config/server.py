"""Settings of the server, from the environment. Every wrong value is refused by its name.

A secret ``X`` may stand in a file named by ``X_FILE``. What is not set has a default that works on one machine.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from callwitness.domain.errors import UsageError

PREFIX: Final = "CALLWITNESS_"
VARIABLES: Final = {
    "DATA": "folder for everything that is kept; default: callwitness-data in the current folder",
    "DATABASE": "postgresql://user@host/name; default: SQLite in the data folder",
    "DATABASE_PASSWORD": "password of the database",
    "HOST": "address to listen on; default 127.0.0.1",
    "PORT": "port to listen on; default 8080",
    "URL": "address under which people reach the server, e.g. https://calls.example; default http://HOST:PORT",
    "SECRET": "signs sessions and links; default: made once, kept in the data folder",
    "EVIDENCE": "where untouched bytes are kept: a folder or s3://bucket/prefix; default: evidence in the data folder",
    "EXPORTS": "folder for scheduled exports; default: exports in the data folder",
    "SMTP": "smtp://user@host:port or smtps://...; default: mails wait, none is sent",
    "SMTP_PASSWORD": "password of the mail account",
    "MAIL_FROM": "sender of mails; default callwitness@localhost",
    "METRICS_TOKEN": "needed as a bearer token to read /metrics from elsewhere; default: this machine only",
    "PROXIES": "how many reverse proxies stand before the server; default 0",
    "LOG": "text or json; default text",
    "WHISPER_MODEL": "folder or installed package of a Whisper model, for transcripts made on this machine; default: none",
    "SPEECH_HOSTS": "hosts of the own network, divided by commas, that transcripts may be asked of, e.g. 127.0.0.1:8000",
}
"""Every variable and what it is for (docs/operate/server-settings.md)."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed in. tls: the connection begins encrypted; otherwise STARTTLS where offered."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What the server runs with."""

    data: Path
    database: str
    database_password: str = field(repr=False)
    host: str
    port: int
    url: str
    secret: str = field(repr=False)
    evidence: str
    exports: Path
    mail: MailServer | None
    mail_from: str
    metrics_token: str = field(repr=False)
    proxies: int
    log: str
    whisper_model: str
    speech_hosts: frozenset[str]

    @property
    def sqlite(self) -> Path:
        """The ledger's file, where it is SQLite."""
        return self.data / "ledger.sqlite3"

    @property
    def inbox(self) -> Path:
        """The inbox of webhooks, where it is SQLite."""
        return self.data / "inbox.sqlite3"


def from_environment(environment: Mapping[str, str] | None = None) -> ServerSettings:
    """Settings from variables (``os.environ`` by default). Raises ``UsageError``."""
    given = _Given(os.environ if environment is None else environment)
    data = Path(given.text("DATA", "callwitness-data")).absolute()
    host, port = given.text("HOST", "127.0.0.1"), given.number("PORT", 8080, 65_535)
    return ServerSettings(
        data=data,
        database=_database(given.text("DATABASE", "")),
        database_password=given.secret("DATABASE_PASSWORD"),
        host=host,
        port=port,
        url=_url(given.text("URL", f"http://{host}:{port}")),
        secret=given.secret("SECRET") or _kept_secret(data / "secret"),
        evidence=given.text("EVIDENCE", str(data / "evidence")),
        exports=Path(given.text("EXPORTS", str(data / "exports"))).absolute(),
        mail=_mail(given.text("SMTP", ""), given.secret("SMTP_PASSWORD")),
        mail_from=given.text("MAIL_FROM", "callwitness@localhost"),
        metrics_token=given.secret("METRICS_TOKEN"),
        proxies=given.number("PROXIES", 0, 10),
        log=given.choice("LOG", ("text", "json")),
        whisper_model=given.text("WHISPER_MODEL", ""),
        speech_hosts=frozenset(given.text("SPEECH_HOSTS", "").replace(",", " ").split()),
    )


def prepare(settings: ServerSettings) -> None:
    """Makes the data folder and the secret in it, before anything is started. Raises ``UsageError``."""
    path = settings.data / "secret"
    try:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _make_secret(path)
    except OSError as problem:
        raise UsageError(f"{PREFIX}DATA: {settings.data}: {problem.strerror}") from None


def _make_secret(path: Path) -> None:
    """Whole or not at all, and once: of processes that start together one makes it."""
    written = path.with_name(f"secret.{os.getpid()}.tmp")
    handle = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        with suppress(FileExistsError):
            os.link(written, path)
    finally:
        written.unlink()


class _Given:
    """Reads variables and says which one is wrong."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def text(self, name: str, default: str) -> str:
        return self._environment.get(PREFIX + name, "").strip() or default

    def number(self, name: str, default: int, most: int) -> int:
        text = self.text(name, str(default))
        if not text.isdecimal() or int(text) > most:
            raise UsageError(f"{PREFIX}{name}: expected a number up to {most}, found {text!r}")
        return int(text)

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        text = self.text(name, choices[0])
        if text not in choices:
            raise UsageError(f"{PREFIX}{name}: expected {' or '.join(choices)}, found {text!r}")
        return text

    def secret(self, name: str) -> str:
        file = self._environment.get(f"{PREFIX}{name}_FILE", "")
        if not file:
            return self.text(name, "")
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as problem:
            raise UsageError(f"{PREFIX}{name}_FILE: {file}: cannot be read: {problem}") from None


def _database(url: str) -> str:
    if url and urlsplit(url).scheme not in ("postgresql", "postgres"):
        raise UsageError(
            f"{PREFIX}DATABASE: expected postgresql://user@host/name, found {url.partition('@')[2] or url!r}"
        )
    if url and urlsplit(url).password is not None:
        raise UsageError(f"{PREFIX}DATABASE: no password in the address; set {PREFIX}DATABASE_PASSWORD")
    return url


def _url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{PREFIX}URL: expected http://host or https://host, found {url!r}")
    return url.rstrip("/")


def _mail(url: str, password: str) -> MailServer | None:
    if not url:
        return None
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = 0
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or port == 0:
        raise UsageError(
            f"{PREFIX}SMTP: expected smtp://user@host:port, found {url.partition('@')[2] or url!r}"
        )
    tls = parts.scheme == "smtps"
    return MailServer(
        parts.hostname, port or (465 if tls else 25), unquote(parts.username or ""), password, tls
    )


def _kept_secret(path: Path) -> str:
    """The secret that ``prepare`` made; before that one of this process alone."""
    return path.read_text(encoding="ascii").strip() if path.exists() else secrets.token_urlsafe(48)
