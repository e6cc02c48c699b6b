"""Words of all screens in all languages, and how they are found."""

from __future__ import annotations

from callwitness.web.ui import catalogue
from callwitness.web.ui.messages import Message, of_python, of_template


def test_every_word_of_every_screen_is_translated() -> None:
    assert list(catalogue.problems()) == []


def test_messages_of_a_template_are_found() -> None:
    text = """{% translate "One" %}<a title="{% translate 'Two' %}">X {{ name|default:_("Three") }}</a>
    {% blocktranslate count n=calls %}{{ n }} call{% plural %}{{ n }} calls{% endblocktranslate %}
    {% translate "open" context "finding" %}{% blocktranslate with who=user %}Hello, {{ who }}{% endblocktranslate %}"""
    assert set(of_template(text)) == {
        Message("One"),
        Message("Two"),
        Message("Three"),
        Message("%(n)s call", plural="%(n)s calls"),
        Message("open", context="finding"),
        Message("Hello, %(who)s"),
    }


def test_messages_of_a_module_are_found_under_any_name() -> None:
    text = (
        "from django.utils.translation import gettext as _now, ngettext, pgettext_lazy\n"
        "from elsewhere import gettext as other\n"
        'a = _now("Saved.")\nb = ngettext("one", "many", 2)\nc = pgettext_lazy("calls", "Mine")\nd = other("no")\n'
    )
    assert set(of_python(text)) == {
        Message("Saved."),
        Message("one", plural="many"),
        Message("Mine", "calls"),
    }


def test_a_catalogue_keeps_what_is_translated() -> None:
    said = {Message("a"): {"web/x.html"}, Message("n day", plural="n days"): {"web/x.html"}}
    known = {Message("a"): ("б",), Message("gone"): ("нет",)}
    text = catalogue.written("ru", said, known)
    assert 'msgid "a"\nmsgstr "б"' in text
    assert 'msgstr[2] ""' in text
    assert "gone" not in text
