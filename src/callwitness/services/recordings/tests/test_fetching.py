from __future__ import annotations

import io
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from callwitness.services.recordings.fetching import Bounds, FetchFailed, FetchRefused, fetch, is_public


@contextmanager
def far(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server of bytes on loopback; ``answer`` writes to whoever comes."""
    listening = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def serve() -> None:
        while not stopped.is_set():
            try:
                opened, _ = listening.accept()
            except OSError:
                return
            with opened:
                try:
                    opened.recv(65536)
                    answer(opened)
                except OSError:
                    pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    finally:
        stopped.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


def says(text: str) -> Callable[[socket.socket], None]:
    return lambda opened: opened.sendall(text.encode())


def get(host: str, path: str = "/", **bounds: float) -> bytes:
    target = io.BytesIO()
    fetch(f"http://{host}{path}", target, Bounds(allowed=(host,), **bounds))  # type: ignore[arg-type]
    return target.getvalue()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.1", "100.64.0.1", "224.0.0.1", "::1", "::",
        "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::",
        "::7f00:1", "255.255.255.255", "192.0.2.1", "no address",
    ],
)  # fmt: skip
def test_internal_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://host.example/a", "gopher://127.0.0.1/", "http://user:x@host.example/", "http:///a",
        "http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://0177.0.0.1/", "http://2130706433/", "http://127.1/",
        "http://host.example/a b", "http://host.example/\r\nX: y", "http://[::ffff:127.0.0.1]/",
    ],
)  # fmt: skip
def test_links_that_lead_inside_or_nowhere_are_refused(url: str) -> None:
    with pytest.raises(FetchFailed):
        fetch(url, io.BytesIO(), Bounds(seconds=5))


def test_what_the_link_points_at_is_fetched() -> None:
    with far(says("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc")) as host:
        assert get(host) == b"abc"


def test_a_redirect_into_our_own_network_is_refused() -> None:
    with far(says("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")) as inside:
        moved = f"HTTP/1.1 302 Found\r\nLocation: http://{inside}/\r\nContent-Length: 0\r\n\r\n"
        with far(says(moved)) as host, pytest.raises(FetchRefused, match="internal network"):
            get(host)


@pytest.mark.parametrize("where", ["file:///etc/passwd", "http://169.254.169.254/latest", "//10.0.0.1/"])
def test_a_redirect_elsewhere_is_judged_like_a_link(where: str) -> None:
    moved = f"HTTP/1.1 302 Found\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n"
    with far(says(moved)) as host, pytest.raises(FetchRefused):
        get(host)


def test_it_does_not_go_round_in_a_circle() -> None:
    moved = "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"
    with far(says(moved)) as host, pytest.raises(FetchRefused, match="more than 3 times"):
        get(host)


@pytest.mark.parametrize("headers", ["Content-Length: 2000000\r\n", ""])
def test_too_much_is_refused_said_or_not(headers: str) -> None:
    body = "x" * 2_000_000
    with (
        far(says(f"HTTP/1.1 200 OK\r\n{headers}\r\n{body}")) as host,
        pytest.raises(FetchRefused, match="larger than 1 MB"),
    ):
        get(host, size=1 << 20)


def test_a_body_cut_short_is_not_taken_for_whole() -> None:
    with far(says("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")) as host, pytest.raises(FetchFailed):
        get(host)


def test_whoever_answers_drop_by_drop_is_left() -> None:
    stopped = threading.Event()

    def drip(opened: socket.socket) -> None:
        opened.sendall(b"HTTP/1.1 200 OK\r\n")
        while not stopped.wait(0.02):
            opened.sendall(b"a")

    try:
        with far(drip) as host, pytest.raises(FetchFailed):
            get(host, seconds=0.3)
    finally:
        stopped.set()


@pytest.mark.parametrize(("status", "kind"), [("404 Not Found", FetchFailed), ("410 Gone", FetchRefused)])
def test_a_refusal_is_said(status: str, kind: type[Exception]) -> None:
    with (
        far(says(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n")) as host,
        pytest.raises(kind, match=status[:3]),
    ):
        get(host)
