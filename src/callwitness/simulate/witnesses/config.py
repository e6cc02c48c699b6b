"""callwitness.toml of the simulated company: what it would state about itself, its wrong zone included."""

from __future__ import annotations

from callwitness.simulate.clocks import SECOND, WallClock
from callwitness.simulate.company import HOURS, Company
from callwitness.simulate.options import Effects, WorldOptions

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FEW_CALLS = 30  # below this many a day the number map cannot be learned and is given


def toml(options: WorldOptions, settled: Effects, company: Company) -> str:
    """The text of the file."""
    own = [line.number for line in company.lines]
    contract = [line.number for line in company.lines if line.route == "contract"]
    numbers = [f'"+{line.number}" = "+{own[line.forwards_to]}"' for line in company.lines
               if own[line.forwards_to] != line.number]  # fmt: skip
    given = f"{{ {', '.join(numbers)} }}" if options.calls_per_day < _FEW_CALLS else "{}"
    language = "ru" if options.country == "RU" else "uk"
    hours = "\n".join(f'{day} = "{_hours(index)}"' for index, day in enumerate(_DAYS))
    return (
        f'zone = "{settled.zone}"\ncountry = "{options.country}"\nlanguage = "{language}"\n\n'
        f"[numbers]\nown = {_list(own)}\ntest = {_list([company.test_number])}\n"
        f"blacklist = {_list(company.blacklist)}\ninternal_digits = [2, 4]\nmap = {given}\n\n"
        f"[hours]\n{hours}\nholidays = []\n\n"
        "[tolerance]\nduration_s = 3\nduplicate_s = 2\nshort_s = 5\nwait_s = 5\nwait_share = 0.2\n\n"
        "[lost]\nexpire_days = 7\nin_ivr = false\n\n"
        '[trust]\nneutral = ["provider"]\n\n'
        f'[coverage.provider]\nlines = {_list(own)}\ndirections = ["inbound"]\n\n'
        f'[coverage.office]\nlines = {_list(own)}\ndirections = ["inbound", "outbound", "internal"]\n\n'
        f'[coverage.contractor]\nlines = {_list(contract)}\ndirections = ["inbound"]\n\n'
        f'[sources.office]\nzone = "{settled.zone}"\n' + _outage(settled, company)
    )


def _hours(weekday: int) -> str:
    hours = HOURS.get(weekday)
    return f"{hours[0]:02d}:00-{hours[1]:02d}:00" if hours else ""


def _list(numbers: list[str] | tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"+{number}"' for number in numbers) + "]"


def _outage(settled: Effects, company: Company) -> str:
    if company.outage is None:
        return ""
    clock = WallClock(settled.zone, "%Y-%m-%dT%H:%M:")
    start, end = (clock.text(at // SECOND)[:-3] for at in company.outage)
    return f'\n[[outage]]\nfrom = "{start}"\nto = "{end}"\nlines = []\n'
