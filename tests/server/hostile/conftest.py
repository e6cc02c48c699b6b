"""The cast of the screens, for hostile visitors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from callwitness.web.tests.walking import Things
from callwitness.web.ui.cast import Cast, make_cast


@pytest.fixture
def cast(db: None, settings: Any) -> Cast:  # noqa: ARG001 db opens the database
    """The cast of the screens' tests; passwords are hashed cheaply, limits begin at zero."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    return make_cast()


@pytest.fixture
def things(cast: Cast, data: Path) -> Things:  # noqa: ARG001 opens the store
    """Something to stand in every address."""
    return Things(cast)
