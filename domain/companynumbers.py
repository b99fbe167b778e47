"""統一編號 of companies and agencies: eight digits with a check (facts/taiwan.md §6.1). Pure."""

import unicodedata

WEIGHTS = (1, 2, 1, 2, 1, 2, 4, 1)
DIVISOR = 5  # since 2023; numbers given out before it (divisor 10) pass as well
SEVENTH = 6  # a 7 in this place may count as 10, whose digits come to 1 or to 0


def company_number(text: str) -> str | None:
    """The number in plain digits; None for what is none."""
    digits = unicodedata.normalize("NFKC", text).strip()
    if len(digits) != len(WEIGHTS) or not (digits.isascii() and digits.isdigit()):
        return None
    total = sum(sum(divmod(int(digit) * weight, 10)) for digit, weight in zip(digits, WEIGHTS, strict=True))
    valid = total % DIVISOR == 0 or (digits[SEVENTH] == "7" and (total + 1) % DIVISOR == 0)
    return digits if valid else None
