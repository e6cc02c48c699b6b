"""Addresses: one prefix a screen, all below the workspace they show."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from callwitness.web.accounts.admin import keeper

_SCREENS = (
    ("", "today"),
    ("calls/", "calls"),
    ("call/", "call"),
    ("lost/", "lost"),
    ("findings/", "findings"),
    ("doubtful/", "doubtful"),
    ("sources/", "sources"),
    ("mine/", "mine"),
    ("people/", "people"),
    ("numbers/", "numbers"),
    ("lines/", "lines"),
    ("projects/", "projects"),
    ("settings/", "settings"),
    ("exports/", "exports"),
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("callwitness.web.accounts.urls")),
    path("", include("callwitness.web.health.urls")),
    path("accounts/", include("allauth.urls")),
    path("keeper/", keeper.urls),
    *(
        path(f"w/<slug:workspace>/{prefix}", include((f"callwitness.web.{name}.urls", name)))
        for prefix, name in _SCREENS
    ),
]
