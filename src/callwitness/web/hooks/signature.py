"""``Callwitness-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`` under the source's secret."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

from callwitness.web.hooks.refusals import Refused

TOLERANCE_S: Final = 300
_FORM: Final = re.compile(rb"t=([0-9]{1,12}), ?v1=([0-9a-f]{64})")


def signature(secret: str, moment: int, body: bytes) -> str:
    """The header's value for a body that is sent at a moment (unix seconds)."""
    return f"t={moment},v1={_mac(secret, b'%d' % moment, body)}"


def signed_once(secret: str, header: bytes | None, body: bytes, now: int) -> str:
    """Check a body; gives a text that is the same for a repeat of this signature only.

    now: ms UTC. Raises ``Refused`` (401) for a missing, malformed, wrong or outdated signature.
    """
    if header is None:
        raise _no("unsigned", "This source wants signed bodies: the header Callwitness-Signature is missing.")
    found = _FORM.fullmatch(header.strip())
    if not found:
        raise _no("malformed", 'Callwitness-Signature must read "t=<unix seconds>,v1=<64 hex digits>".')
    moment, told = found.groups()
    right = _mac(secret, moment, body)
    if not hmac.compare_digest(right, told.decode()):
        raise _no("forged", "The signature does not fit this body and the secret of the source.")
    if abs(now / 1000 - int(moment)) > TOLERANCE_S:
        raise _no(
            "outdated", f"The signature is more than {TOLERANCE_S // 60} minutes off: look at your clock."
        )
    return right


def _mac(secret: str, moment: bytes, body: bytes) -> str:
    return hmac.new(secret.encode(), moment + b"." + body, hashlib.sha256).hexdigest()


def _no(reason: str, sentence: str) -> Refused:
    return Refused(401, f"signature_{reason}", sentence)
