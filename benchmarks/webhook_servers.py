"""The servers that the webhook benchmark compares; granian imports ``app``, the environment says which and where."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from callwitness.ledger.inbox import Arrival, SqliteInbox
from callwitness.web.hooks.app import HooksApp, Limits, hooks_app
from callwitness.web.hooks.tokens import Hook, TokenBook

TOKEN: Final = "benchmark"  # noqa: S105 of nothing
INBOX: Final = "inbox.sqlite3"
ROWS: Final = "rows.sqlite3"
_MIDDLEWARE: Final = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
_ANY_SPEED: Final = Limits(per_s=1e9, burst=1e9)


def with_inbox(folder: Path) -> HooksApp:
    """Our front door as it is."""
    return _door(SqliteInbox(folder / INBOX))


def without_inbox(folder: Path) -> HooksApp:
    """The same front door, which takes everything at once and keeps nothing."""

    class Nothing:
        async def keep(self, arrivals: Sequence[Arrival]) -> list[bool]:
            return [True] * len(arrivals)

        def close(self) -> None:
            pass

    door = _door(SqliteInbox(folder / INBOX))
    door._writer = Nothing()  # type: ignore[assignment] # noqa: SLF001 everything else stays as it is
    return door


def _door(inbox: SqliteInbox) -> HooksApp:
    book = TokenBook(lambda: {TOKEN: Hook(1, "")})
    return hooks_app(inbox, book, lambda: time.time_ns() // 1_000_000, _ANY_SPEED)


def django_rows(folder: Path, kept_open: float | None = 0) -> Any:
    """The usual way: a Django project as ``startproject`` makes it, as WSGI, one row through the ORM for each request.

    The row is the event in columns, unique by its id, with the indexes that a list of calls wants. Transactions begin
    IMMEDIATE, so that none fails for another's lock. kept_open: ``CONN_MAX_AGE``; 0, a connection for each request, is
    what a new project has.
    """
    import json
    from datetime import datetime

    import django
    from django.conf import settings

    database = {
        "ENGINE": "django.db.backends.sqlite3", "NAME": folder / ROWS, "CONN_MAX_AGE": kept_open,
        "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
                    "transaction_mode": "IMMEDIATE", "timeout": 20},
    }  # fmt: skip
    settings.configure(
        DATABASES={"default": database}, MIDDLEWARE=_MIDDLEWARE, ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"],
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"], USE_TZ=True,
        SECRET_KEY="benchmark",  # noqa: S106 of nothing
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )  # fmt: skip
    django.setup()
    from django.core.wsgi import get_wsgi_application
    from django.db import connection, models
    from django.http import HttpRequest, JsonResponse
    from django.urls import path
    from django.views.decorators.csrf import csrf_exempt

    class Row(models.Model):
        """An event."""

        event_id = models.CharField(max_length=200, unique=True)
        event = models.CharField(max_length=20)
        call_id = models.CharField(max_length=200, db_index=True)
        at = models.DateTimeField(db_index=True)
        direction = models.CharField(max_length=8)
        caller = models.CharField(max_length=60, db_index=True)
        called = models.CharField(max_length=60)
        result = models.CharField(max_length=12)
        hangup_by = models.CharField(max_length=12)
        body = models.TextField()

        class Meta:
            app_label = "benchmark"

        def __str__(self) -> str:
            return self.event_id

    if "benchmark_row" not in connection.introspection.table_names():
        with connection.schema_editor() as editor:
            editor.create_model(Row)

    @csrf_exempt
    def take(request: HttpRequest, token: str) -> JsonResponse:  # noqa: ARG001 of the address
        told = json.loads(request.body)
        Row.objects.create(
            event_id=told["event_id"], event=told["event"], call_id=told["call_id"],
            at=datetime.fromisoformat(told["at"]), direction=told["direction"], caller=told["from"], called=told["to"],
            result=told["result"], hangup_by=told["hangup_by"], body=request.body.decode(),
        )  # fmt: skip
        return JsonResponse({"received": 1}, status=202)

    globals()["urlpatterns"] = [path("hooks/<str:token>", take)]
    return get_wsgi_application()


MAKERS: Final = {
    "without": without_inbox,
    "inbox": with_inbox,
    "django": django_rows,
    "django_open": partial(django_rows, kept_open=None),
}
if "WEBHOOK_SERVER" in os.environ:
    app = MAKERS[os.environ["WEBHOOK_SERVER"]](Path(os.environ["WEBHOOK_FOLDER"]))
