"""退票: how much of what was paid for a pass goes back. Pure."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ReturnRules:
    """[returns] of config/passes.toml."""

    before_first_day: int  # percent of what was paid
    each_day_left: bool  # from the first day on: a part for each day that is left
    fee: int  # NT$ kept


def given_back(paid: int, starts_on: date, ends_on: date, on: date, rules: ReturnRules) -> int:
    """NT$ that go back for a pass that is returned `on` a day; that day itself counts as used."""
    if on < starts_on:
        share = paid * rules.before_first_day // 100
    elif rules.each_day_left and on < ends_on:
        share = paid * (ends_on - on).days // ((ends_on - starts_on).days + 1)
    else:
        share = 0
    return max(0, share - rules.fee)
