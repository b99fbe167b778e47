"""What the code tells apart, in words: vehicle kinds, classes of bills, displays."""

from collections.abc import Mapping

from domain.billsview import BillClass
from domain.reader import Display, Reader, msgid
from domain.vehicles import VehicleKind
from flex_templates.punctuation import beside

KINDS: Mapping[VehicleKind, str] = {
    VehicleKind.CAR: msgid("汽車"),
    VehicleKind.MOTORCYCLE: msgid("機車"),
    VehicleKind.HEAVY_MOTORCYCLE: msgid("紅黃牌重機"),
    VehicleKind.OTHER: msgid("其他車種"),
}
CLASSES: Mapping[BillClass, str] = {
    BillClass.ORDINARY: msgid("一般繳費"),
    BillClass.PLAIN_MAIL: msgid("平信催繳"),
    BillClass.REGISTERED_MAIL: msgid("掛號催繳"),
    BillClass.DUNNED: msgid("催繳"),
    BillClass.RECOVERY: msgid("追繳明細"),
}
DISPLAYS: Mapping[Display, str] = {
    Display.NORMAL: msgid("一般"),
    Display.LARGE: msgid("大字"),
    Display.PLAIN: msgid("純文字"),
}


def kind_name(reader: Reader, kind: VehicleKind) -> str:
    """The vehicle kind (車種)."""
    return reader.t(KINDS[kind])


def vehicle_name(reader: Reader, plate: str, kind: VehicleKind) -> str:
    """Plate and kind in one line."""
    return beside(reader, plate, kind_name(reader, kind))


def class_name(reader: Reader, bill_class: BillClass) -> str:
    """A class of the one-stop site."""
    return reader.t(CLASSES[bill_class])


def display_name(reader: Reader, display: Display) -> str:
    """How answers look: 一般, 大字 or 純文字."""
    return reader.t(DISPLAYS[display])
