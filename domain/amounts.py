"""Money in words. Amounts are whole New Taiwan dollars everywhere; nobody here knows cents."""

from domain.reader import Reader


def money(reader: Reader, amount: int) -> str:
    """An amount in NT$ as a citizen reads it: 「1,140 元」, "NT$1,140"."""
    return reader.t("{amount} 元", amount=f"{amount:,}")
