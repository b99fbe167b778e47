"""How the pages of a draw name it: lot, month of use, vehicle kind and pass type tell it from every other."""

from collections.abc import Mapping

from services.draws.checklist import CheckRow
from services.draws.promoting import Vacated
from web.backoffice.room import KINDS, StaffServices

VACATED: Mapping[str, str] = {
    Vacated.UNPAID: "逾期未繳費",
    Vacated.VOID: "資格不符",
    Vacated.GIVEN_UP: "本人放棄",
    Vacated.OTHER_LOT: "已取得較前志願的停車場",
    Vacated.REFUNDED: "退費",
}


def type_names(services: StaffServices) -> Mapping[str, str]:
    """票種 by its code."""
    return {code: names[0] for code, names in services.pass_rules.pass_types.items()}


def of_draw(services: StaffServices, row: CheckRow) -> str:
    """大安高工地下停車場 2027-01 汽車全日月票."""
    return f"{row.lot_name} {row.month} {KINDS[row.kind]}{type_names(services).get(row.pass_type, row.pass_type)}"
