"""Addresses to listen on."""

from __future__ import annotations

import socket
import sys

from callwitness.domain.errors import UsageError


def require_free(host: str, port: int) -> None:
    """Raises ``UsageError`` when nobody may listen there, or somebody does."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise UsageError(
                f"Cannot listen on {host}:{port}: {problem.strerror}. Choose another port: --port"
            ) from None


def free_port(host: str = "127.0.0.1") -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
