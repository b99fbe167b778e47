"""Vehicle kinds (車種)."""

from enum import StrEnum


class VehicleKind(StrEnum):
    """What a citizen chooses. The cities' API has three letters, none for heavy motorcycles (MOTC PayBill V1.03)."""

    CAR = "car"  # 汽車
    MOTORCYCLE = "motorcycle"  # 機車
    HEAVY_MOTORCYCLE = "heavy_motorcycle"  # 紅黃牌重機
    OTHER = "other"  # 其他 (trailers …)

    @property
    def car_type(self) -> str:
        """CarType of the parking-fee API: C, M or O."""
        return {"car": "C", "motorcycle": "M", "heavy_motorcycle": "M", "other": "O"}[self.value]
