"""A monthly pass (月票) on the pay page and the receipt."""

from collections.abc import Mapping
from datetime import date

from domain.passsales import PassBought
from domain.passtexts import period
from domain.reader import Reader


def facts(reader: Reader, bought: PassBought, today: date) -> Mapping[str, str]:
    """What is shown of it, in the reader's language."""
    return {
        "lot": bought.lot_name,
        "type": bought.type_name(reader.language),
        "plan": reader.t(bought.plan),
        "valid": period(reader, bought.starts_on, bought.ends_on, today),
        "rehearsal": reader.t("演練：這不是真正的抽籤。") if bought.rehearsal else "",
    }
