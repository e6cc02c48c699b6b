"""What the tests of all screens share: the cast."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from pytest_django import Settings

from callwitness.web.ui.cast import Cast, make_cast


@pytest.fixture
def cast(db: None, settings: Settings) -> Cast:  # noqa: ARG001 db opens the database
    """A workspace, its people with their browsers, a few calls; passwords are hashed cheaply, limits begin at zero."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    return make_cast()
