"""A service on loopback that answers what a test tells it to, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

EXCHANGES = Path(__file__).parent / "exchanges"


@dataclass
class Asked:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Answer:
    """One answer. slow: it never ends."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    slow: bool = False


@dataclass
class Service:
    """answers: given in order, the last one for ever."""

    port: int
    answers: list[Answer] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def says(self, name: str) -> None:
        self.answers = [Answer(body=(EXCHANGES / name).read_bytes())]

    def refuses(self, status: int, message: str = "", headers: dict[str, str] | None = None) -> Answer:
        body = json.dumps({"error": {"code": status, "message": message, "status": "X"}}).encode()
        return Answer(status, body, headers or {})


@pytest.fixture
def service() -> Iterator[Service]:
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            kept.asked.append(Asked(self.path, dict(self.headers), self.rfile.read(size)))
            answer = kept.answers[min(len(kept.asked), len(kept.answers)) - 1]
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)
            if answer.slow:
                ended.wait(30)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 its name there
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept = Service(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield kept
    ended.set()
    server.shutdown()
    server.server_close()
    thread.join()
