"""Addresses of this screen."""

from __future__ import annotations

from django.urls import URLPattern, path

from callwitness.web.people import agents, extensions, imports, index, teams

urlpatterns: list[URLPattern] = [
    path("", index.index, name="index"),
    path("adopt/", index.adopt, name="adopt"),
    path("import/", imports.import_people, name="import"),
    path("agents/new/", agents.new, name="new_agent"),
    path("agents/<int:agent>/", agents.agent, name="agent"),
    path("agents/<int:agent>/edit/", agents.edit, name="edit_agent"),
    path("agents/<int:agent>/extensions/", extensions.add, name="add_extension"),
    path("extensions/<int:extension>/end/", extensions.end, name="end_extension"),
    path("extensions/<int:extension>/remove/", extensions.remove, name="remove_extension"),
    path("teams/new/", teams.new, name="new_team"),
    path("teams/<int:team>/", teams.edit, name="team"),
    path("teams/<int:team>/remove/", teams.remove, name="remove_team"),
]
