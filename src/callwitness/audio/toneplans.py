"""Signalling tones of telephone networks: what they are made of and their beat, by country.

After ITU-T E.180 and the list of national tones in its Supplement 2; where a country has several, each has a row. ETSI and
Asterisk's ``indications`` agree on those met here. Countries are written as in ISO 3166, but for uk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, cast

Signal: TypeAlias = Literal["ringback", "busy", "congestion"]


@dataclass(frozen=True, slots=True)
class Plan:
    """One tone of one network. hertz: sounding together. beat: seconds on, off, on, off and so on, repeating."""

    name: Signal
    country: str
    hertz: tuple[float, ...]
    beat: tuple[float, ...]


# tone | countries | hertz | beat
_TABLE: Final = """
ringback   | de fi dk no nl pl cz it ru ua ch | 425     | 1 4
ringback   | ru                               | 425     | 0.8 3.2
ringback   | se pt                            | 425     | 1 5
ringback   | es                               | 425     | 1.5 3
ringback   | hu                               | 425     | 1.25 3.75
ringback   | fr                               | 440     | 1.5 3.5
ringback   | at                               | 420     | 1 5
ringback   | be                               | 425     | 1 3
ringback   | il                               | 400     | 1 3
ringback   | cn                               | 450     | 1 4
ringback   | tr                               | 450     | 2 4
ringback   | us ca                            | 440 480 | 2 4
ringback   | uk ie nz                         | 400 450 | 0.4 0.2 0.4 2
ringback   | au                               | 413 438 | 0.4 0.2 0.4 2
ringback   | au                               | 400 425 | 0.4 0.2 0.4 2
ringback   | jp                               | 384 416 | 1 2
busy       | ru                               | 425     | 0.35 0.35
busy       | ru ua                            | 425     | 0.4 0.4
busy       | de                               | 425     | 0.48 0.48
busy       | it pl pt no nl be ch             | 425     | 0.5 0.5
busy       | es                               | 425     | 0.2 0.2
busy       | se dk                            | 425     | 0.25 0.25
busy       | fi                               | 425     | 0.3 0.3
busy       | cz                               | 425     | 0.33 0.33
busy       | fr                               | 440     | 0.5 0.5
busy       | us ca                            | 480 620 | 0.5 0.5
busy       | uk                               | 400     | 0.375 0.375
busy       | au                               | 425     | 0.375 0.375
busy       | cn                               | 450     | 0.35 0.35
busy       | tr                               | 450     | 0.5 0.5
congestion | ru                               | 425     | 0.175 0.175
congestion | de                               | 425     | 0.24 0.24
congestion | it pt ch                         | 425     | 0.2 0.2
congestion | nl                               | 425     | 0.25 0.25
congestion | es                               | 425     | 0.2 0.2 0.2 0.2 0.2 0.6
congestion | fr                               | 440     | 0.25 0.25
congestion | us ca                            | 480 620 | 0.25 0.25
congestion | uk                               | 400     | 0.4 0.35 0.225 0.525
"""


def _plans() -> tuple[Plan, ...]:
    rows = (tuple(cell.strip() for cell in row.split("|")) for row in _TABLE.strip().splitlines())
    return tuple(
        Plan(cast("Signal", name), country, tuple(map(float, hertz.split())), tuple(map(float, beat.split())))
        for name, countries, hertz, beat in rows
        for country in countries.split()
    )


PLANS: Final = _plans()

LOW_HERTZ: Final = (697, 770, 852, 941)
HIGH_HERTZ: Final = (1209, 1336, 1477, 1633)
KEYS: Final = ("123A", "456B", "789C", "*0#D")  # by low tone, then high tone (ITU-T Q.23)
CNG_HERTZ, CED_HERTZ = 1100, 2100  # calling and answering fax (ITU-T T.30)
