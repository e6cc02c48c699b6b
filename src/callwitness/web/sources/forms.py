"""What a source is told about itself: forms, with the options that each adapter explains in its manifest."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from callwitness.ingest.registry import adapter_options, adapter_titles, option_meanings
from callwitness.ledger import models as m
from callwitness.services.arrivals import watched
from callwitness.services.arrivals.evidence_records import OF_THE_COMMAND
from callwitness.web.ui.choices import zones
from callwitness.web.ui.words import words

_NAME: Final = re.compile(r"[\w.-]+")
_LONGEST_OPTION: Final = 300
UPLOAD, FOLDER, WEBHOOK, DATABASE = "upload", "folder", "webhook", "database"
WAYS: Final = (
    (UPLOAD, _("Files that somebody uploads here")),
    (FOLDER, _("Files that come to rest in a folder of the server")),
    (WEBHOOK, _("Events that the telephone system sends (webhook)")),
    (DATABASE, _("A table of a database, read by a command")),
)


def adapter_choices() -> list[tuple[str, Any]]:
    """'' = by content."""
    return [("", _("by what each file holds")), *adapter_titles().items()]


def zone_choices() -> list[tuple[str, Any]]:
    """'' = the workspace's."""
    return [("", _("zone of the workspace")), *zones()]


def check_name(workspace: m.Workspace, name: str) -> None:
    """A new source's name: free, and fit for a command line. Raises ``ValidationError``."""
    if not _NAME.fullmatch(name):
        raise forms.ValidationError(_("Letters, digits, '.', '-' and '_' only."))
    taken = m.Source.objects.filter(workspace=workspace).values_list("name", flat=True)
    if name.lower() in {each.lower() for each in taken}:  # the database's own comparing knows ASCII alone
        raise forms.ValidationError(_("There is a source of this name already."))


def roles() -> list[tuple[str, str]]:
    """The roles a source may have."""
    return [(code, word) for code, word in words("source_role") if code in dict(m.Source.ROLES)]


def folders() -> list[tuple[str, Any]]:
    """The folders that may be watched."""
    return [("", _("none")), *((name, name) for name in watched.choices())]


class ReadingForm(forms.Form):
    """How a source is read. options: one ``name=value`` a line."""

    adapter = forms.ChoiceField(label=_("Kind of file"), required=False, choices=adapter_choices)
    zone = forms.ChoiceField(
        label=_("Time zone of its times"),
        required=False,
        choices=zone_choices,
        help_text=_(
            "Needed where the files do not say it themselves. A wrong one is found out where rows carry unique ids."
        ),
    )
    options = forms.CharField(
        label=_("Options"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "mono"}),
        help_text=_("One a line: name=value, as behind ? on the command line."),
    )

    def clean_options(self) -> dict[str, str]:
        """Lines as a mapping."""
        found: dict[str, str] = {}
        for line in str(self.cleaned_data["options"]).splitlines():
            name, equals, value = (part.strip() for part in line.partition("="))
            if not name and not equals:
                continue
            if not name or not equals or len(value) > _LONGEST_OPTION:
                raise forms.ValidationError(
                    _("Expected name=value in every line, found: %(line)s"), params={"line": line[:80]}
                )
            found[name] = value
        return found

    def clean(self) -> dict[str, Any]:
        """Options must be those of the adapter, or of some adapter where none is chosen."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if "options" not in self.fields:
            return told
        kinds = [told["adapter"]] if told.get("adapter") else list(adapter_titles())
        known = set().union(*(adapter_options(kind) for kind in kinds)) - OF_THE_COMMAND - {"zone"}
        for name in told.get("options") or {}:
            if name not in known:
                raise forms.ValidationError(
                    _("There is no option %(name)s; there are: %(known)s"),
                    params={"name": name[:40], "known": ", ".join(sorted(known))},
                )
        return told


class AddForm(ReadingForm):
    """A new source."""

    role = forms.ChoiceField(label=_("What it is"), choices=roles)
    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        help_text=_("Letters, digits, dots, hyphens; it stays as it is: verdicts quote it."),
    )
    way = forms.ChoiceField(label=_("How its evidence comes"), choices=WAYS, widget=forms.RadioSelect)
    folder = forms.ChoiceField(label=_("Folder"), required=False, choices=folders)

    field_order = ("role", "name", "way", "folder", "adapter", "zone", "options")

    def __init__(self, workspace: m.Workspace, *args: Any, **kwargs: Any) -> None:
        self._workspace = workspace
        super().__init__(*args, **kwargs)

    def clean_name(self) -> str:
        """Free, and fit for a command line."""
        name = str(self.cleaned_data["name"])
        check_name(self._workspace, name)
        return name

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        if told.get("way") == FOLDER and not told.get("folder"):
            self.add_error(
                "folder",
                _("Choose a folder; whoever keeps the server makes it in “folders” of the data folder."),
            )
        return told


class PartyField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic for the checker alone
    """A side, named with its project."""

    def label_from_instance(self, obj: m.Party) -> str:
        """``Shop: Agency``."""
        return f"{obj.project.name}: {obj.name}"


class ChangeForm(ReadingForm):
    """A source that is there already."""

    folder = forms.ChoiceField(label=_("Watched folder"), required=False, choices=folders)
    party = PartyField(
        m.Party.objects.none(), label=_("Side it belongs to"), required=False, empty_label=_("none")
    )
    neutral = forms.BooleanField(
        label=_("It is neutral: it has no interest in what happened"), required=False
    )
    enabled = forms.BooleanField(
        label=_("It counts: its evidence is read and its calls are compared"), required=False
    )

    def __init__(self, source: m.Source, data: QueryDict | None) -> None:
        initial = {
            name: getattr(source, name)
            for name in ("adapter", "zone", "folder", "party", "neutral", "enabled")
        } | {"options": as_lines(source.options)}
        super().__init__(data, initial=initial)
        party = self.fields["party"]
        assert isinstance(party, forms.ModelChoiceField)  # noqa: S101 declared above
        party.queryset = m.Party.objects.filter(project__workspace=source.workspace).select_related("project")
        if source.folder and source.folder not in dict(folders()):  # named by whoever keeps the server
            folder = self.fields["folder"]
            assert isinstance(folder, forms.ChoiceField)  # noqa: S101 declared above
            folder.choices = [*folders(), (source.folder, source.folder)]


def as_lines(options: dict[str, Any]) -> str:
    """Options as the form shows them."""
    return "\n".join(f"{name}={value}" for name, value in sorted(options.items()) if isinstance(value, str))


def explained() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Adapter, title, and its options with their meanings, for whoever fills in the form."""
    return [
        (
            name,
            title,
            [
                (key, text)
                for key, text in option_meanings(name).items()
                if key not in OF_THE_COMMAND | {"zone"}
            ],
        )
        for name, title in adapter_titles().items()
    ]
