"""A service account of Google Cloud: signs who it is and gets a token for it (OAuth 2.0, JWT bearer)."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Self
from urllib.parse import urlencode

from callwitness.audio.words.engine import EngineFailed
from callwitness.domain.errors import UsageError
from callwitness.services.transcripts.engines.exchange import Patience, Post, ask

TOKENS: Final = "https://oauth2.googleapis.com/token"
"""Where tokens are asked for. The address inside the account's file is not used: a file must not lead a signature away."""
_SCOPE: Final = "https://www.googleapis.com/auth/cloud-platform"
_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_GOOD_S: Final = 3600
_SPARE_S: Final = 300


@dataclass(slots=True)
class Account:
    """mail: its name; key: its private key (RSA), of the package cryptography."""

    mail: str
    key: Any = field(repr=False)
    tokens: str = TOKENS
    allowed: tuple[str, ...] = ()
    clock: Callable[[], float] = time.time
    _token: str = field(default="", repr=False)
    _until: float = 0.0

    @classmethod
    def read(cls, text: str) -> Self:
        """From the JSON that Google gives. Raises ``UsageError``."""
        try:
            from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415 only accounts need it
            from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415 as above
        except ImportError:
            raise UsageError(
                "a service account needs the package cryptography; install it, or use an API key"
            ) from None
        try:
            told = json.loads(text)
            mail, pem = str(told["client_email"]), str(told["private_key"])
            key = load_pem_private_key(pem.encode(), None)
        except (ValueError, TypeError, KeyError, RecursionError):
            raise UsageError(
                "expected the JSON of a service account, with client_email and private_key"
            ) from None
        if not isinstance(key, RSAPrivateKey):
            raise UsageError("expected a service account with an RSA key")
        return cls(mail, key)

    def token(self, patience: Patience) -> str:
        """A token that is good for some minutes at least. Raises ``EngineFailed``."""
        if self.clock() > self._until - _SPARE_S:
            self._token, self._until = self._asked(patience)
        return self._token

    def _asked(self, patience: Patience) -> tuple[str, float]:
        now = int(self.clock())
        form = urlencode({"grant_type": _GRANT, "assertion": self._assertion(now)}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = ask(Post(self.tokens, form, headers, self.allowed), patience)
        token = answer.get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise EngineFailed("the service gives no token for the account")
        good = answer.get("expires_in")
        return token, now + (good if isinstance(good, int) and 0 < good <= _GOOD_S else _GOOD_S)

    def _assertion(self, now: int) -> str:
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415 as in read
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 as in read

        claims = {"iss": self.mail, "scope": _SCOPE, "aud": TOKENS, "iat": now, "exp": now + _GOOD_S}
        signed = ".".join(
            _url64(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "JWT"}, claims)
        )
        return f"{signed}.{_url64(self.key.sign(signed.encode(), PKCS1v15(), SHA256()))}"


def _url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
