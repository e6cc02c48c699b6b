"""Keys of services as they lie in the ledger: encrypted with the server's secret, so that a copy of the database gives none away."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from callwitness.domain.errors import UsageError


def locked(key: str) -> str:
    """A key as it is kept; '' stays ''."""
    return _lock().encrypt(key.encode()).decode() if key else ""


def unlocked(kept: str) -> str:
    """The key again. Raises ``UsageError`` when the server's secret is another one by now."""
    try:
        return _lock().decrypt(kept.encode()).decode() if kept else ""
    except InvalidToken:
        raise UsageError(
            "the key was kept under another secret of the server; it must be entered again"
        ) from None


def _lock() -> Fernet:
    digest = hashlib.sha256(b"callwitness keys of services\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
