"""繳費說明 and 注意事項 of the fee items on a pay page, told before anything is paid."""

from collections.abc import Iterable, Sequence

from domain.feeitems import AFTER_DEADLINE, REFUNDS, FeeItem, Fees
from domain.orderview import Line
from domain.reader import Reader


def about(reader: Reader, fees: Fees, lines: Iterable[Line]) -> list[tuple[str, Sequence[str]]]:
    """Each fee item among these lines: its name, and what there is to know."""
    keys = sorted({line.fee_item for line in lines} & fees.items.keys())
    return [(fees.name(reader, key), _to_know(reader, fees.items[key])) for key in keys]


def _to_know(reader: Reader, item: FeeItem) -> Sequence[str]:
    """What it is and whose, what to mind, what follows the deadline, how money comes back."""
    agencies = reader.t("收費機關：{name}。", name=item.agencies.of(reader.language))
    return (
        f"{item.about.of(reader.language)} {agencies}",
        item.notes.of(reader.language),
        reader.t("逾期：{rule}。", rule=reader.t(AFTER_DEADLINE[item.after_deadline])),
        reader.t("退費：{rule}。", rule=reader.t(REFUNDS[item.refund])),
    )
