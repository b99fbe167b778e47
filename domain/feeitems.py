"""Fee items (繳費項目): what a bill is for, in words."""

from collections.abc import Mapping

from domain.reader import Reader, msgid

FEE_ITEMS: Mapping[str, str] = {"parking": msgid("停車費")}


def fee_item_name(reader: Reader, fee_item: str) -> str:
    """The fee item's name; one without an entry is named as its agency named it, never by a guess."""
    return reader.t(FEE_ITEMS[fee_item]) if fee_item in FEE_ITEMS else fee_item
