"""我的號碼: 水號、電號 and whatever else config/fees.toml lets one bind; bound, reminded of, unbound."""

from typing import Any

from pydantic import BaseModel

from bot.conversation import Conversation, Done, Goto, Outcome, Stay, Switch, entry, step
from bot.message import Message
from bot.postback import door
from bot.triggers import Trigger, Words, normal
from bot.turn import Turn
from domain.bindings import IdentifierBinding
from domain.clock import city_date
from domain.errors import CitizenMistakeError
from domain.feeitems import FeeItem, Fees, Identifier, LookupKey, spelled
from domain.reader import Reader, msgid
from domain.slots import Slot
from flex_templates import identifiers as cards
from flex_templates.binding import choose_slot
from flex_templates.card import Card, Press
from flex_templates.person import anyone
from handlers.kinds import pressed_identifier, values_of_identifier
from handlers.plates import REGISTERS
from services.accounts import Accounts
from services.identifiers import Identifiers

KEY = "identifiers"
NO_SLOT = "none"


def named(reader: Reader, fees: Fees, identifier: Identifier) -> str:
    """水號 9112430446."""
    return f"{fees.identifier_name(reader, identifier.fee_item)} {identifier.number}"


def bind_button(reader: Reader, fees: Fees, identifier: Identifier) -> Press | None:
    """「綁定水號」 for a number that was given; None where its item lets nobody bind it."""
    item = fees.items.get(identifier.fee_item)
    if item is None or LookupKey.IDENTIFIER not in item.bindable:
        return None
    label = reader.t("綁定{number}", number=fees.identifier_name(reader, item.key))
    return Press(label, door(KEY, "bind", **values_of_identifier(identifier)))


class MyNumbers(Conversation["MyNumbers.Data"]):
    key = KEY
    triggers: tuple[Trigger, ...] = (Words("我的號碼", "綁定號碼", "綁定水號", "綁定電號", "my numbers", "我的号码"),)
    title = msgid("我的號碼")
    explains = msgid("綁定水號、電號，一起查待繳並收到提醒")
    place = 6

    class Data(BaseModel):
        """The number that is bound, changed or unbound."""

        item: str = ""
        number: str = ""

        @property
        def identifier(self) -> Identifier:
            return Identifier(self.item, self.number)

    def __init__(self, identifiers: Identifiers, accounts: Accounts, fees: Fees) -> None:
        self._identifiers = identifiers
        self._accounts = accounts
        self._fees = fees
        self._kinds = {normal(f"綁定{item.identifier.name.zh}"): item for item in self._bindable() if item.identifier}
        self._kinds |= {normal(f"bind {item.identifier.name.en}"): item for item in self._bindable() if item.identifier}
        self.triggers = (*type(self).triggers, Words(*self._kinds))

    def _bindable(self) -> list[FeeItem]:
        return [item for item in self._fees.items.values() if LookupKey.IDENTIFIER in item.bindable]

    # Seeing

    @entry
    def begin(self, turn: Turn[Data]) -> Outcome:
        if item := self._kinds.get(normal(turn.typed)):
            return self._ask_number(turn, item)
        bound = self._identifiers.of(turn.uow, turn.channel, turn.citizen)
        if not bound:
            return Done(cards.none_bound(turn.reader, self._binds(turn), anyone(turn.reader)))
        more = self._binds(turn) if len(bound) < self._identifiers.rules.most_identifiers else []
        shown = [self._card(turn, one) for one in bound]
        if more:
            shown.append(Card(title=turn.t("還有其他號碼？"), others=more))
        return Done(cards.all_of(turn.reader, shown))

    def _binds(self, turn: Turn[Data]) -> list[Press]:
        """A button for each kind of number that may be bound."""
        return [
            Press(
                turn.t("綁定{number}", number=self._fees.identifier_name(turn.reader, item.key)),
                door(KEY, "another", item=item.key),
            )
            for item in self._bindable()
        ]

    def _card(self, turn: Turn[Data], bound: IdentifierBinding, title: str = "") -> Card:
        values = values_of_identifier(bound.identifier)
        buttons = [
            Press(turn.t("更改提醒時段"), door(KEY, "change", **values)),
            Press(turn.t("解除綁定"), door(KEY, "unbind", **values)),
        ]
        item = self._fees.name(turn.reader, bound.identifier.fee_item)
        name = named(turn.reader, self._fees, bound.identifier)
        return cards.card(turn.reader, item, name, bound, city_date(turn.now), buttons, title)

    # Binding

    @entry
    def another(self, turn: Turn[Data]) -> Outcome:
        """「綁定水號」 with no number yet."""
        item = self._fees.items.get(turn.value("item"))
        if item is None:
            raise CitizenMistakeError("這個按鈕不能使用，沒有任何資料被更動。")
        return self._ask_number(turn, item)

    def _ask_number(self, turn: Turn[Data], item: FeeItem) -> Outcome:
        turn.data.item = item.key
        return Goto(self.number)

    @step()
    def number(self, turn: Turn[Data]) -> Message:
        return turn.text("請輸入要綁定的{number}。", number=self._fees.identifier_name(turn.reader, turn.data.item))

    @number.answer
    def number_given(self, turn: Turn[Data]) -> Outcome:
        item, number = self._fees.items[turn.data.item], spelled(turn.typed)
        if LookupKey.IDENTIFIER not in item.reads(number):
            kind = self._fees.identifier_name(turn.reader, item.key)
            return Stay(turn.text("這不像是{number}，請照帳單上的號碼輸入。", number=kind))
        return self._bind(turn, Identifier(item.key, number))

    @entry
    def bind(self, turn: Turn[Data]) -> Outcome:
        """「綁定水號」 under an answer; registration comes back here."""
        return self._bind(turn, self._pressed(turn))

    def _bind(self, turn: Turn[Data], identifier: Identifier) -> Outcome:
        """Raises CitizenMistakeError: no such number, too many bound, too many lookups and bindings today."""
        who = (turn.uow, turn.channel, turn.citizen)
        if not self._accounts.may_bind(*who):
            return Switch(REGISTERS, "first", (("then", KEY), *values_of_identifier(identifier).items()))
        before = self._identifiers.find(*who, identifier)
        bound = self._identifiers.bind(*who, identifier)
        title = turn.t("這個號碼已綁定") if before else turn.t("綁定完成")
        return Done(cards.all_of(turn.reader, [self._card(turn, bound, title)]))

    # Changing

    @entry
    def change(self, turn: Turn[Data]) -> Outcome:
        """A button of any age."""
        self._remember(turn)
        return Goto(self.slot)

    @step()
    def slot(self, turn: Turn[Data]) -> Message:
        slots = self._identifiers.rules.slots
        buttons = [(slot.hours, turn.button("take", slot=slot.key)) for slot in slots]
        return choose_slot(turn.reader, [*buttons, (turn.t("不要提醒"), turn.button("take", slot=NO_SLOT))])

    @slot.answer
    def slot_given(self, turn: Turn[Data]) -> Outcome:
        known = {name: slot for slot in self._identifiers.rules.slots for name in (slot.key, slot.hours)}
        said = turn.value("slot") or turn.typed
        if said not in known and said not in (NO_SLOT, turn.t("不要提醒")):
            return Stay(turn.text("請按下方的時段。"))
        slot: Slot | None = known.get(said)
        bound = self._identifiers.remind(turn.uow, turn.channel, turn.citizen, turn.data.identifier, slot)
        return Done(cards.all_of(turn.reader, [self._card(turn, bound, turn.t("已更改"))]))

    @entry
    def unbind(self, turn: Turn[Data]) -> Outcome:
        """A button of any age: what ends is asked first."""
        self._remember(turn)
        return Goto(self.sure)

    @step()
    def sure(self, turn: Turn[Data]) -> Message:
        yes = Press(turn.t("解除綁定"), turn.button("yes"))
        return cards.confirm_unbinding(turn.reader, named(turn.reader, self._fees, turn.data.identifier), yes)

    @sure.answer
    def sure_answered(self, turn: Turn[Data]) -> Outcome:
        if turn.pressed != "yes":
            return Stay(turn.text("請按「解除綁定」，或按「取消」保留這個號碼。"))
        self._identifiers.unbind(turn.uow, turn.channel, turn.citizen, turn.data.identifier)
        return Done(cards.unbound(turn.reader, named(turn.reader, self._fees, turn.data.identifier)))

    def _remember(self, turn: Turn[Data]) -> None:
        identifier = self._pressed(turn)
        if self._identifiers.find(turn.uow, turn.channel, turn.citizen, identifier) is None:
            raise CitizenMistakeError("您沒有綁定這個號碼，沒有任何資料被更動。")
        turn.data.item, turn.data.number = identifier.fee_item, identifier.number

    def _pressed(self, turn: Turn[Any]) -> Identifier:
        identifier = pressed_identifier(turn)
        if identifier is None:
            raise CitizenMistakeError("這個按鈕不能使用，沒有任何資料被更動。")
        return identifier
