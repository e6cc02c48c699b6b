"""The front door: one ASGI application. Webhooks never touch Django; Django itself runs as WSGI in threads."""

from __future__ import annotations
