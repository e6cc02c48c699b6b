"""Both sides of a finding as this reader may see them."""

from __future__ import annotations

import re
from typing import Final

from django import template
from django.utils.translation import gettext as _

from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.report import sentences
from callwitness.web.ui.numbers import masked
from callwitness.web.ui.templatetags.callwitness import formats

register = template.Library()
_NUMBER: Final = re.compile(r"\+\d[\d \-]{6,}\d|(?<![\w.:-])\d{7,}(?![\w:-]|\.\d)")
"""Grouped or not; also bare digits, as calls carry numbers that no plan of numbers knows."""
_OFFSET: Final = re.compile(r"([+-]?\d+(?:\.\d+)?)(?: s)?")
_LONG_S: Final = 3600


@register.simple_tag
def finding_value(finding: m.Finding, value: str) -> str:
    """One side of a finding: how far and which way a clock is off, how long a source kept silent, else what it says."""
    offset = _OFFSET.fullmatch(value) if finding.kind == "clock_off" else None
    if offset:
        return _clock(finding, float(offset[1]))
    if finding.kind == "source_silent" and value == "0" and finding.from_at and finding.to_at:
        return _("silent for {length}").format(length=formats().ago((finding.to_at - finding.from_at) / 1000))
    return sentences.side_value(value or None, finding.kind, formats())


def _clock(finding: m.Finding, seconds: float) -> str:
    """seconds: + = the clock is ahead, or was put forward where the finding is of a step."""
    said, off = formats(), abs(seconds)
    length = said.ago(off) if off >= _LONG_S else said.seconds(off)
    if any(reason.get("code") == "clock_step" for reason in finding.reasons or ()):
        sentence = _("put forward by {length}") if seconds > 0 else _("put back by {length}")
    else:
        sentence = _("{length} ahead") if seconds > 0 else _("{length} behind")
    return sentence.format(length=length)


@register.filter
def for_reader(text: str, scope: Scope) -> str:
    """A sentence or value; telephone numbers in it lose their middle where the reader may not know them."""
    return _NUMBER.sub(lambda found: masked(found[0]), str(text)) if scope.masks_numbers else text
