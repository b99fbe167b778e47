"""退票: what goes back, by the day."""

from datetime import date

import pytest

from domain.passreturns import ReturnRules, given_back

STARTS, ENDS = date(2027, 1, 1), date(2027, 1, 31)
WHOLE = ReturnRules(before_first_day=100, each_day_left=True, fee=0)


@pytest.mark.parametrize(
    ("on", "rules", "back"),
    [
        (date(2026, 12, 31), WHOLE, 5760),
        (date(2027, 1, 1), WHOLE, 5574),  # 30 of 31 days are left
        (date(2027, 1, 30), WHOLE, 185),
        (date(2027, 1, 31), WHOLE, 0),
        (date(2027, 2, 1), WHOLE, 0),
        (date(2026, 12, 31), ReturnRules(90, True, 100), 5084),
        (date(2027, 1, 30), ReturnRules(90, True, 500), 0),  # never less than nothing
        (date(2027, 1, 1), ReturnRules(100, False, 0), 0),
    ],
)
def test_what_goes_back(on: date, rules: ReturnRules, back: int) -> None:
    assert given_back(5760, STARTS, ENDS, on, rules) == back
