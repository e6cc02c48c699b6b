"""Fetches what a stranger's link points at, without being led to places of our own network.

Only http and https; the address is looked up once, judged, and connected to as judged, again after every redirect.
Size and time are bounded.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Collection
from dataclasses import dataclass
from typing import IO, Final
from urllib.parse import SplitResult, urljoin, urlsplit

from callwitness.domain.errors import CallwitnessError

_REDIRECTS: Final = 3
_CHUNK: Final = 1 << 16
_STEP_S: Final = 15.0
_MOVED: Final = (301, 302, 303, 307, 308)
_GONE: Final = (401, 403, 410)
_WRAPPED: Final = tuple(
    ipaddress.ip_network(text)
    for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)
"""IPv6 ranges that carry an IPv4 address inside, by translation or tunnel."""


class FetchFailed(CallwitnessError):
    """Nothing was fetched; trying again later may work."""


class FetchRefused(FetchFailed):
    """Nothing was fetched, and trying again is of no use."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Most bytes; most seconds from the first connection to the last byte; hosts (``name`` or ``name:port``) that
    whoever keeps the server allows although they are of our own network.
    """

    size: int = 256 << 20
    seconds: float = 300.0
    allowed: Collection[str] = ()


def fetch(url: str, target: IO[bytes], bounds: Bounds) -> int:
    """Write what the link points at; how many bytes. Raises ``FetchFailed``, ``FetchRefused``."""
    watch = Watch(bounds.seconds)
    try:
        for _ in range(_REDIRECTS + 1):
            moved = _visit(url, target, bounds, watch)
            if watch.rang:  # a connection we closed looks like an end
                raise TimeoutError
            if isinstance(moved, int):
                return moved
            url = urljoin(url, moved)
        raise FetchRefused(f"the link leads on more than {_REDIRECTS} times")
    except (OSError, http.client.HTTPException, ValueError) as problem:
        if watch.rang:
            raise FetchFailed(f"it took longer than {bounds.seconds:.0f} s") from None
        raise FetchFailed(
            f"the other side does not answer as it should: {str(problem) or type(problem).__name__}"
        ) from None
    finally:
        watch.stop()


class Watch:
    """Closes whatever is open when the time is over; ``rang`` tells that it was."""

    def __init__(self, seconds: float) -> None:
        self.rang = False
        self._open: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._ring)
        self._timer.daemon = True
        self._timer.start()

    def over(self, opened: socket.socket) -> None:
        """Watch this connection from now on."""
        self._open = opened
        if self.rang:
            opened.close()

    def stop(self) -> None:
        """There is nothing to watch any more."""
        self._timer.cancel()

    def _ring(self) -> None:
        self.rang = True
        opened = self._open
        if opened is not None:
            try:
                opened.shutdown(socket.SHUT_RDWR)
            except OSError:
                opened.close()


def _visit(url: str, target: IO[bytes], bounds: Bounds, watch: Watch) -> int | str:
    """One request: the bytes written, or where it leads on."""
    parts = judged(url)
    connection = connect(parts, bounds.allowed, watch)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", path, headers={"User-Agent": "Callwitness", "Accept": "audio/*, */*;q=0.5"})
        answer = connection.getresponse()
        if answer.status in _MOVED:
            return answer.getheader("Location") or ""
        if answer.status != 200:
            refused = FetchRefused if answer.status in _GONE else FetchFailed
            raise refused(f"the other side answers {answer.status} {answer.reason[:60]}".strip())
        return _save(answer, target, bounds)
    finally:
        connection.close()


def judged(url: str) -> SplitResult:
    """The parts of a link that may be followed. Raises ``FetchRefused``."""
    if not url.isascii() or any(char <= " " for char in url):
        raise FetchRefused("the link is not written as links are")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FetchRefused("only links that begin with http:// or https:// are followed")
    if parts.username is not None or parts.password is not None:
        raise FetchRefused("links with a password in them are not followed")
    return parts


def connect(parts: SplitResult, allowed: Collection[str], watch: Watch) -> http.client.HTTPConnection:
    """A connection to an address that was judged: a name that is looked up again could mean another one.

    Raises ``FetchRefused`` for places of our own network that are not allowed, ``OSError``.
    """
    host, port = _place(parts)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if not trusted(parts, allowed) and not all(is_public(str(address[4][0])) for address in found):
        raise FetchRefused(f"{host} is an address of an internal network; such links are not followed")
    opened = _open([str(address[4][0]) for address in found], port)
    watch.over(opened)
    if parts.scheme == "https":
        opened = ssl.create_default_context().wrap_socket(opened, server_hostname=host)
        watch.over(opened)
    connection = http.client.HTTPConnection(host, port, timeout=_STEP_S)
    connection.sock = opened
    return connection


def trusted(parts: SplitResult, allowed: Collection[str]) -> bool:
    """Whether a link leads to one of these places, given as host or as host:port."""
    host, port = _place(parts)
    return host in allowed or f"{host}:{port}" in allowed


def _place(parts: SplitResult) -> tuple[str, int]:
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _open(addresses: list[str], port: int) -> socket.socket:
    """The first of the addresses that answers."""
    problem: OSError = OSError("no address")
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=_STEP_S)
        except OSError as no:
            problem = no
    raise problem


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet, for certain."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if any(ip in wrapped for wrapped in _WRAPPED):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _save(answer: http.client.HTTPResponse, target: IO[bytes], bounds: Bounds) -> int:
    stated = answer.getheader("Content-Length") or ""
    if stated.isdecimal() and int(stated) > bounds.size:
        raise FetchRefused(_too_large(bounds))
    size = 0
    while chunk := answer.read(_CHUNK):
        size += len(chunk)
        if size > bounds.size:
            raise FetchRefused(_too_large(bounds))
        target.write(chunk)
    if stated.isdecimal() and size < int(stated):
        raise FetchFailed("the other side hung up before the end")
    return size


def _too_large(bounds: Bounds) -> str:
    return f"it is larger than {bounds.size >> 20} MB"
