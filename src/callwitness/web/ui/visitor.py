"""Where a request comes from, and how often it may come."""

from __future__ import annotations

from typing import Final

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

_LONGEST: Final = 45


def address_of(request: HttpRequest) -> str:
    """The visitor's network address, as the proxies before the server tell it; '' where there is none."""
    try:
        return str(get_adapter().get_client_ip(request) or "")[:_LONGEST]
    except PermissionDenied:  # no address at all: a socket, a test
        return ""


def too_often(request: HttpRequest, what: str, most: int, seconds: int) -> bool:
    """Counts one more try of ``what`` from this address: true when there were more than ``most`` in ``seconds``."""
    key = f"tries:{what}:{address_of(request)}"
    cache.add(key, 0, seconds)
    try:
        return int(cache.incr(key)) > most
    except ValueError:  # it ran out between the two
        return False
