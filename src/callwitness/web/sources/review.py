"""Uploaded files as they would be read: looked at, corrected, then saved as evidence."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from itertools import chain, count
from typing import Any, Final

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from callwitness.ingest.contract import ReadOptions
from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Absent, Scope
from callwitness.ledger.store import StoreError
from callwitness.services import audit
from callwitness.services.arrivals import drafts
from callwitness.services.arrivals.preview import Preview, guesses, preview
from callwitness.services.arrivals.receive import UPLOAD, UPLOAD_LIMIT, take
from callwitness.services.arrivals.replays import replay
from callwitness.services.people.numbers import number_rules
from callwitness.services.workspace_settings import read_options, settings_of
from callwitness.web.sources import forms
from callwitness.web.sources.change import apply as apply_change
from callwitness.web.ui.door import screen
from callwitness.web.ui.visitor import address_of

READING: Final = ("adapter", "zone", "options")
_TRIED: Final = 5
"""Files that are tried beforehand; the others of an upload are read when saved."""
_ROLES: Final = {
    "asterisk": "office",
    "webhook": "office",
    "email_report": "contractor",
    "mango": "provider",
    "spreadsheet": "provider",
}
"""Who mostly writes a kind of file."""


class ReviewForm(forms.ReadingForm):
    """How the files are read, of a source that is chosen already; its name where it is new."""

    name = django_forms.CharField(label=gettext_lazy("Name of the new source"), max_length=60)

    field_order = ("name", "adapter", "zone", "options")

    def __init__(self, scope: Scope, chosen: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._scope = scope
        if not chosen.startswith("new:"):
            del self.fields["name"]
        if not scope.may("edit_sources"):  # he feeds a source, he does not change how it is read
            for name in READING:
                del self.fields[name]

    def clean_name(self) -> str:
        """As of any new source."""
        name = str(self.cleaned_data["name"])
        forms.check_name(self._scope.workspace, name)
        return name

    def clean_options(self) -> dict[str, str]:
        return super().clean_options() if "options" in self.fields else {}


@screen("upload", methods=("GET", "POST"))
def review(request: HttpRequest, scope: Scope, token: str) -> HttpResponse:
    """Show the files; ``action``: look (again, corrected), save, drop."""
    draft = drafts.load(token, scope.workspace.pk, scope.user.pk)
    if draft is None:
        raise Absent
    action = request.POST.get("action", "look")
    if action == "drop":
        drafts.drop(draft)
        messages.info(request, _("Thrown away; nothing was kept."))
        return redirect("sources:index", scope.workspace.slug)
    chosen = _chosen(scope, draft, request.POST.get("source") or request.GET.get("source") or "")
    given = request.POST if request.method == "POST" else None
    form = ReviewForm(scope, chosen, given, initial=_initial(scope, chosen))
    if action == "save" and form.is_valid():
        return _save(request, scope, draft, chosen, form.cleaned_data)
    return _show(request, scope, draft, chosen, form)


def choices(scope: Scope) -> list[tuple[str, str]]:
    """The sources that files may be of: those there are, new ones for who may add them."""
    known = [(str(source.pk), source.name) for source in access.sources(scope).order_by("name")]
    new = [(f"new:{code}", _("new: {role}").format(role=word)) for code, word in forms.roles()]
    return [*known, *(new if scope.may("edit_sources") else [])]


def _chosen(scope: Scope, draft: drafts.Draft, wanted: str) -> str:
    """A key of ``choices``: the one asked for, that of the upload, or the likeliest. Raises ``Absent``."""
    keys = [key for key, _word in choices(scope)]
    if not keys or (wanted and wanted not in keys):
        raise Absent
    uploaded = str(draft.source)
    return wanted or (uploaded if uploaded in keys else _likeliest(scope, draft, keys))


def _likeliest(scope: Scope, draft: drafts.Draft, keys: list[str]) -> str:
    """A source that is read as the first file is recognised, else one of its role that takes every kind.

    Else a new one of that role, else whichever takes every kind, else the first choice.
    """
    kinds: list[str] = []
    for file in draft.kept[:1]:
        with suppress(StoreError), drafts.path_of(file) as path:
            kinds = [guess.adapter for guess in guesses(path, file.name)]
    role = _ROLES.get(kinds[0], "") if kinds else ""
    sources = sorted(access.sources(scope).order_by("name"), key=lambda source: source.role != role)
    exact = [source for source in sources if source.adapter in kinds]
    every_kind = [source for source in sources if not source.adapter]
    of_role = [source for source in every_kind if source.role == role]
    if found := exact or of_role:
        return str(found[0].pk)
    if (new := f"new:{role}") in keys:
        return new
    return (
        str(every_kind[0].pk)
        if every_kind
        else next((key for key in keys if key.startswith("new:")), keys[0])
    )


def _initial(scope: Scope, chosen: str) -> dict[str, Any]:
    if chosen.startswith("new:"):
        return {"name": _free_name(scope.workspace, chosen.removeprefix("new:"))}
    source = access.source(scope, int(chosen))
    return {name: getattr(source, name) for name in READING} | {"options": forms.as_lines(source.options)}


def _free_name(workspace: m.Workspace, role: str) -> str:
    """The role, or the role with a number behind it."""
    taken = {name.lower() for name in workspace.sources.values_list("name", flat=True)}
    names = chain([role], (f"{role}-{n}" for n in count(2)))
    return next(name for name in names if name not in taken)


def _show(
    request: HttpRequest, scope: Scope, draft: drafts.Draft, chosen: str, form: ReviewForm
) -> HttpResponse:
    wrong = form.is_bound and not form.is_valid()
    told = form.cleaned_data if form.is_bound and not wrong else {}
    source = None if chosen.startswith("new:") else access.source(scope, int(chosen))
    adapter = told.get("adapter", source.adapter if source else "")
    options = _options(scope, source, told)
    role = source.role if source else chosen.removeprefix("new:")
    return render(
        request,
        "sources/review.html",
        {
            "draft": draft,
            "form": form,
            "choices": choices(scope),
            "chosen": chosen,
            "tried": [(file, _try(file, role, adapter, options)) for file in draft.kept[:_TRIED]],
            "others": draft.kept[_TRIED:],
            "refused": [file for file in draft.files if file.problem],
            "explained": forms.explained(),
        },
        status=400 if wrong else 200,
    )


def _options(scope: Scope, source: m.Source | None, told: dict[str, Any]) -> ReadOptions:
    """How the files would be read: the workspace's way, the source's, what the form says."""
    settings, own = settings_of(scope.workspace), number_rules(scope.workspace).own_numbers
    read = read_options(source or m.Source(name=""), settings, own)
    if "options" not in told:
        return read
    return replace(read, zone=told["zone"] or settings.read_default.zone, options=told["options"])


def _try(file: drafts.DraftFile, role: str, adapter: str, options: ReadOptions) -> Preview:
    try:
        with drafts.path_of(file) as path:
            return preview(path, file.name, role, adapter, options)
    except StoreError as problem:
        return Preview((), problem=str(problem))


def _save(
    request: HttpRequest, scope: Scope, draft: drafts.Draft, chosen: str, told: dict[str, Any]
) -> HttpResponse:
    source = _source(request, scope, chosen, told)
    now, new = int(time.time() * 1000), 0
    for file in draft.kept:
        with drafts.path_of(file) as path, path.open("rb") as stream:
            received = take(source, stream, file.name, UPLOAD, now, UPLOAD_LIMIT)
        new += not received.again
        what = received.evidence.name
        audit.note(scope, request.user, "upload", what, {"source": source.name}, address_of(request))
    drafts.drop(draft)
    said = ngettext("{n} file is kept and will be read now.", "{n} files are kept and will be read now.", new)
    messages.success(request, said.format(n=new))
    if again := len(draft.kept) - new:
        was = ngettext("{n} file was there already.", "{n} files were there already.", again)
        messages.info(request, was.format(n=again))
    return redirect("sources:one", scope.workspace.slug, source.pk)


def _source(request: HttpRequest, scope: Scope, chosen: str, told: dict[str, Any]) -> m.Source:
    """The source the files are of; how it is read as the form says, where the reader may change that. Both are noted."""
    reading: dict[str, Any] = {name: told[name] for name in READING if name in told}
    if chosen.startswith("new:"):
        role = chosen.removeprefix("new:")
        source = m.Source.objects.create(
            workspace=scope.workspace, name=told["name"], role=role, neutral=role == "provider", **reading
        )
        audit.note(scope, request.user, "source.add", source.name, {"role": role}, address_of(request))
        return source
    source = access.source(scope, int(chosen))
    if reading and (changed := apply_change(source, reading)):
        audit.note(scope, request.user, "source.change", source.name, changed, address_of(request))
        replay(source)
    return source
