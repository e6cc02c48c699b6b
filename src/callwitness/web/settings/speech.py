"""Whether and by which engine recordings become text. Off until somebody chooses; a key is taken and never shown again."""

from __future__ import annotations

import time
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from callwitness.domain.errors import UsageError
from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.services.audit import note
from callwitness.services.transcripts.engines.registry import (
    LANGUAGES,
    EngineOptions,
    engine_names,
    make_engine,
)
from callwitness.services.transcripts.keys import locked, unlocked
from callwitness.web.ui.context import LANGUAGE_NAMES
from callwitness.web.ui.door import screen
from callwitness.web.ui.visitor import address_of

_FIELDS: Final = ("engine", "language", "model", "url", "project")
_HERE: Final = "whisper"
"""The engine on this machine: whoever keeps the server sets its model."""
_TITLES: Final = {
    "": _("not at all"),
    "whisper": _("Whisper on this server"),
    "google": _("Google Cloud Speech-to-Text"),
    "openai": _("a service like OpenAI's"),
}


class SpeechForm(forms.Form):
    """The engine and what it needs."""

    engine = forms.ChoiceField(label=_("Recordings become text"), required=False)
    language = forms.ChoiceField(
        label=_("What is spoken"), choices=[pair for pair in LANGUAGE_NAMES if pair[0] in LANGUAGES]
    )
    model = forms.CharField(
        label=_("Model"),
        max_length=100,
        required=False,
        help_text=_("As the service calls it; empty: its usual one."),
    )
    url = forms.URLField(
        label=_("Address"),
        max_length=300,
        required=False,
        assume_scheme="https",
        help_text=_("Of a service like OpenAI's, such as https://speech.example/v1; empty: OpenAI itself."),
    )
    project = forms.CharField(
        label=_("Project"),
        max_length=100,
        required=False,
        help_text=_("Of Google Cloud, such as my-project or my-project/europe-west4."),
    )
    key = forms.CharField(
        label=_("Key"),
        max_length=5000,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_(
            "An API key, or the JSON of a Google service account. It is kept encrypted and never shown."
        ),
    )
    drop_key = forms.BooleanField(label=_("Forget the key that is kept"), required=False)
    earlier = forms.BooleanField(
        label=_("Earlier recordings too"),
        required=False,
        help_text=_("Otherwise those that arrive from now on."),
    )

    def __init__(self, speech: m.SpeechEngine, data: QueryDict | None) -> None:
        super().__init__(data, initial={name: getattr(speech, name) for name in _FIELDS})
        self.speech = speech
        choice = self.fields["engine"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 for the types
        choice.choices = [("", _TITLES[""]), *((name, _TITLES.get(name, name)) for name in engine_names())]

    def clean(self) -> dict[str, Any]:
        """What an engine lacks stands as its own sentence. Whisper's model is loaded by the worker alone."""
        cleaned = super().clean() or self.cleaned_data
        engine = cleaned.get("engine", "")
        if self.errors or not engine:
            return cleaned
        if engine == _HERE:
            if not settings.SERVER.whisper_model:
                self.add_error("engine", _("This server has no Whisper model; whoever keeps it can set one."))
            return cleaned
        options = EngineOptions(cleaned["model"], cleaned["url"], cleaned["project"], self._key(cleaned))
        try:
            make_engine(engine, options)
        except UsageError as problem:
            self.add_error("engine", str(problem))
        return cleaned

    def _key(self, cleaned: dict[str, Any]) -> str:
        if cleaned["key"] or _leaves(self.speech, cleaned):
            return str(cleaned["key"])
        try:
            return unlocked(self.speech.key)
        except UsageError:
            return ""


def _leaves(kept: m.SpeechEngine, given: dict[str, Any]) -> bool:
    """Whether the kept key goes: it is of one engine at one address, and must not be sent to another."""
    return bool(given["drop_key"]) or (kept.engine, kept.url) != (given["engine"], given["url"])


@screen("edit_settings", ("GET", "POST"))
def speech(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The form. A change lets recordings that failed be tried again."""
    kept = m.SpeechEngine.objects.filter(workspace=scope.workspace).first() or m.SpeechEngine(
        workspace=scope.workspace, language=_spoken(scope.workspace)
    )
    form = SpeechForm(kept, request.POST or None)
    if request.method == "POST" and form.is_valid():
        _save(request, scope, kept, form.cleaned_data)
        messages.success(request, _now("Saved."))
        return redirect("settings:speech", workspace=scope.workspace.slug)
    return render(request, "settings/speech.html", {"form": form, "speech": kept, "counts": _counts(scope)})


def _spoken(workspace: m.Workspace) -> str:
    return workspace.language if workspace.language in LANGUAGES else "en"


def _save(request: HttpRequest, scope: Scope, kept: m.SpeechEngine, given: dict[str, Any]) -> None:
    """The key itself stands nowhere but in its column; the audit says that it changed."""
    changed = [name for name in _FIELDS if getattr(kept, name) != given[name]]
    began = bool(given["engine"]) and not kept.engine
    leaves = bool(kept.key) and _leaves(kept, given)
    for name in _FIELDS:
        setattr(kept, name, given[name])
    if given["key"] or leaves:
        kept.key = locked(given["key"])
        changed.append("key")
    if given["earlier"]:
        kept.since = 0
    elif began:
        kept.since = int(time.time() * 1000)
    kept.problem = ""
    with transaction.atomic():
        kept.save()
        own = m.Transcript.objects.filter(recording__source__workspace=scope.workspace)
        own.exclude(state=m.Transcript.WRITTEN).delete()
        note(
            scope,
            scope.user,
            "speech.change",
            ", ".join(changed),
            {"engine": kept.engine},
            address_of(request),
        )


def _counts(scope: Scope) -> dict[str, int]:
    own = m.Transcript.objects.filter(recording__source__workspace=scope.workspace)
    return {
        "written": own.filter(state=m.Transcript.WRITTEN).count(),
        "failed": own.filter(state=m.Transcript.FAILED).count(),
    }
