"""One text that may hold a phone number, in any of the forms that sources write: the careful reading.

``numbers`` calls this once per distinct text that is not of a common shape.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Final

import phonenumbers

from callwitness.ingest.contract import NumberPlan

Reading = tuple[str | None, int, str]

WITHHELD: Final[Reading] = (None, 0, "withheld")
UNREADABLE: Final[Reading] = (None, 0, "other")

# What exchanges and providers write when there is no caller number. "266696687" is ANONYMOUS on a keypad.
_PLACEHOLDER_WORDS: Final = """
    anonymous anonym restricted unknown unavailable private withheld blocked asterisk hidden none null nil n/a na nan
    no-number nonumber no_number undefined s i h t - -- --- . ? * +266696687 266696687 +86282452253 86282452253
    +7378742833 7378742833 +2562533 2562533 скрыт скрытый скрытый_номер номер_скрыт неизвестно неизвестный
    неизвестный_номер аноним анонимный анонимно не_определен не_определён не_определился нет приховано прихований
    прихований_номер номер_приховано невідомо невідомий анонімний анонім
    private_number unknown_number number_withheld no_number caller_id_blocked not_available
    """
PLACEHOLDERS: Final = frozenset(_PLACEHOLDER_WORDS.split())

_SPACES: Final = re.compile(r"[\s\u00a0\u2000-\u200f\u202a-\u202f\u2060\ufeff\u00ad]+")
_ANGLED: Final = re.compile(r"<([^<>]*)>[^<>]*$")
_NAMED: Final = re.compile(r"^[^()]*[^\W\d_][^()]*\(([^()]*\d[^()]*)\)\s*$")
_URI: Final = re.compile(r"^(?:sips?|tel|callto|pstn):", re.IGNORECASE)
_FLOAT: Final = re.compile(r"^[+]?\d+[.,]0+$")
_SCIENTIFIC: Final = re.compile(r"^(\d)(?:[.,](\d+))?[eE](\+?)(\d{1,2})$")
_EXTENSION_SUFFIX: Final = re.compile(
    r"(?<=\d)\s*(?:доб|дод|внутр|вн|ext|extn|extension|x|#|,|;ext=|;)[\s.:,]*\d{1,6}#?$", re.IGNORECASE
)
_FEATURE_CODE: Final = re.compile(r"^[\d*#]*[*#][\d*#]*$")
_PUNCTUATION: Final = re.compile(r"[\s().\-/~_]+")
_SHORTEST_INTERNATIONAL: Final = 7
_LONGEST: Final = 15


def read_number(text: str | None, plan: NumberPlan) -> Reading:
    """Number (+E164 or bare digits or None), key and kind of one text."""
    bare = _unwrap(text or "")
    if _is_placeholder(bare):
        return WITHHELD
    stated = _undo_spreadsheet(bare)
    if stated is None:
        return UNREADABLE
    if _FEATURE_CODE.match(stated):
        return stated, _feature_key(stated), "other"
    return _read_digits(_PUNCTUATION.sub("", _EXTENSION_SUFFIX.sub("", stated)), plan)


def _read_digits(dialled: str, plan: NumberPlan) -> Reading:
    digits = dialled.lstrip("+")
    if not digits.isascii() or not digits.isdigit():
        return UNREADABLE
    if not digits.strip("0"):
        return WITHHELD
    international = _as_e164(digits, plus=dialled.startswith("+"), plan=plan)
    if international is not None:
        return "+" + international, int(international), "number"
    return _bare(digits, plan)


def _unwrap(text: str) -> str:
    """The number inside ``"Name" <num>``, ``Name (num)``, ``sip:user@host;params``."""
    bare = _SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip().strip("'\"` ")
    if (angled := _ANGLED.search(bare)) is not None:
        bare = angled.group(1).strip()
    elif (named := _NAMED.match(bare)) is not None and _URI.match(bare) is None:
        bare = named.group(1).strip()
    if _URI.match(bare):
        bare = _URI.sub("", bare).split(";")[0].split("?")[0]
        bare = bare.replace("%2B", "+").replace("%2b", "+").replace("%23", "#")
    if "@" in bare:
        bare = bare.split("@")[0]
    return bare.strip()


def _is_placeholder(bare: str) -> bool:
    word = bare.strip("<>[]{}\"' ").lower().replace(" ", "_")
    return not word or word in PLACEHOLDERS or word.replace("_", "-") in PLACEHOLDERS


def _undo_spreadsheet(bare: str) -> str | None:
    """``79001234567.0`` and ``7.9001234567E10`` back to digits; None when the digits are lost (7,9E+10)."""
    if _FLOAT.match(bare):
        return re.split(r"[.,]", bare)[0]
    if (scientific := _SCIENTIFIC.match(bare)) is None:
        return bare
    whole, decimals, sign, exponent = scientific.groups()
    decimals = decimals or ""
    shown_rounded = sign == "+" and len(decimals) <= 5 and int(exponent) > len(decimals)
    if shown_rounded or int(exponent) < len(decimals) or int(exponent) > _LONGEST:
        return None
    try:
        return str(int(Decimal(f"{whole}.{decimals or 0}E{exponent}")))
    except InvalidOperation:
        return None


def _as_e164(digits: str, *, plus: bool, plan: NumberPlan) -> str | None:
    """Digits of the E.164 number, or None. Length and country decide, not whether it is assigned."""
    if plus:
        return _possible("+" + digits, None)
    country = plan.country
    calling_code = phonenumbers.country_code_for_region(country) if country else 0
    prefixed = _dialled_abroad(digits, calling_code)
    if prefixed is not None:
        return prefixed
    if country is not None and len(digits) > plan.extension_digits[1]:
        national = _possible(digits, country)
        if national is not None:
            return national
    # Providers drop the plus. "8" + 10 digits is a Russian way to dial: never another country's number.
    russian_dialling = len(digits) == 11 and digits[0] == "8"
    if len(digits) >= 11 and digits[0] != "0" and not russian_dialling:
        return _possible("+" + digits, None)
    return None


def _dialled_abroad(digits: str, calling_code: int) -> str | None:
    """The number behind an international prefix: 810 from Russia and Kazakhstan, 011 from North America, 00 else."""
    prefix = {7: "810", 1: "011"}.get(calling_code, "00")
    for dialled in (prefix, "00"):
        rest = digits[len(dialled) :]
        if digits.startswith(dialled) and len(rest) >= _SHORTEST_INTERNATIONAL and rest[0] != "0":
            found = _possible("+" + rest, None)
            if found is not None:
                return found
    return None


def _possible(text: str, country: str | None) -> str | None:
    try:
        parsed = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(parsed) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    digits = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)[1:]
    return digits if len(digits) <= _LONGEST else None


def _bare(digits: str, plan: NumberPlan) -> Reading:
    shortest, longest = plan.extension_digits
    kind = "extension" if shortest <= len(digits) <= longest else "other"
    return digits, _bare_key(digits), kind


def _bare_key(digits: str) -> int:
    """Negative, the digits behind a leading 1 so that zeros in front count; 0 if there are too many digits."""
    return -int("1" + digits) if len(digits) <= _LONGEST else 0


def _feature_key(code: str) -> int:
    """Negative and below every key of bare digits: ``*78`` is not ``78``."""
    if len(code) > _LONGEST:
        return 0
    value = 0
    for symbol in code:
        value = value * 13 + "0123456789*#".index(symbol) + 1
    return -(10**17) - value
