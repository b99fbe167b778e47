"""What staff do about money: give some of it back, look into what nobody answered, work off the refund list."""

import random
from uuid import UUID

from domain.ports.refunds import BY_HAND
from domain.refunds import RefundState
from services import refundbook
from services.refunds import RefundRuleError
from services.writeoffs import making
from tests.soak.money.house import Town

TRANSFER = "匯款"  # of a bank transfer, made by hand
GIVEN_SO_FAR = """
SELECT trade_number, (SELECT coalesce(sum(r.amount), 0) FROM refund r JOIN attempt o ON o.id = r.attempt_id
    WHERE o.trade_number = a.trade_number AND r.state = 'done' AND r.reference NOT LIKE :hand)
FROM refund JOIN attempt a ON a.id = attempt_id WHERE refund.id = :id
"""
LEFT_OF_BILLS = """
SELECT number, amount - (SELECT coalesce(sum(amount), 0) FROM write_off r WHERE r.reverses = w.id) FROM write_off w
WHERE kind = 'write_off' AND order_id = (SELECT order_id FROM refund WHERE id = :id) ORDER BY number
"""


class Staff:
    """anna asks, ben approves."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._refunds = town.house.refunds

    def give_some_back(self, chance: random.Random) -> None:
        """A part of some money, or all of it: a bill was withdrawn."""
        money = self._town.rows("SELECT attempt_id, amount FROM payment ORDER BY random() LIMIT 1")
        if money:
            attempt_id, amount = money[0]
            self.give_back(attempt_id, chance.choice((amount, chance.randint(1, amount))), "停車單撤銷")

    def give_back(self, attempt_id: UUID, amount: int, reason: str) -> None:
        """Ask, and have another person approve where the rules want one."""
        try:
            with self._town.house.unit() as uow:
                if self._refunds.request(uow, attempt_id, amount, reason=reason, staff="anna"):
                    return
                (mine,) = [one for one in self._refunds.waiting(uow) if one.amount == amount][:1] or [None]
                if mine is not None:
                    self._refunds.decide(uow, mine.id, approve=True, staff="ben")
        except RefundRuleError:
            return  # more than is left of it, or another is under way

    def work_off_the_list(self) -> int:
        """Give back whatever is on the refund list; how much of it was left."""
        with self._town.house.unit() as uow:
            owed = refundbook.owed(uow)
        for one in owed:
            self.give_back(one.attempt_id, one.left, "重複繳費")
        return len(owed)

    def look_into_refunds(self) -> int:
        """Refunds that no provider will tell of: made by hand now, or looked up in its books; how many there were."""
        with self._town.house.unit() as uow:
            unclear = [one for one in self._refunds.open(uow) if one.state is RefundState.UNKNOWN]
        for one in unclear:
            by_hand = one.reason == BY_HAND
            reference = f"{TRANSFER} {one.id}" if by_hand else f"查得 {one.id}"
            made = by_hand or self._was_made(one.id, one.provider, one.amount)
            with self._town.house.unit() as uow:
                self._refunds.settle_by_staff(uow, one.id, reference=reference if made else None, staff="ben")
        return len(unclear)

    def say_which_bills(self) -> int:
        """Of refunds that do not show of which bill they are; how many there were."""
        with self._town.house.unit() as uow:
            unclear = making.unclear(uow)
        for refund_id, amount in unclear:
            for number, left in self._town.rows(LEFT_OF_BILLS, id=refund_id):
                part = min(amount, left)
                if part > 0:
                    with self._town.house.unit() as uow:
                        making.take_back_of(uow, refund_id, number, part, staff="anna")
                amount -= part
        return len(unclear)

    def _was_made(self, refund_id: UUID, provider: str, amount: int) -> bool:
        """Whether the provider has given back more of this trade than the refunds that are done come to."""
        ((number, done),) = self._town.rows(GIVEN_SO_FAR, id=refund_id, hand=f"{TRANSFER}%")
        return self._town.rigs[provider].given(number) - int(done) >= amount
