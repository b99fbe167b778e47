"""Cards about the money of a monthly pass (月票): bought, to be paid soon, about to end."""

from datetime import date
from typing import Any

from domain.amounts import money
from domain.passsales import PassBought
from domain.passtexts import headline, period, status, until
from domain.passview import EntryStanding
from domain.reader import Reader
from flex_templates.card import Block, Card, Lead, Link, Note, Paragraph, Rows, Say
from flex_templates.person import Person, call
from flex_templates.render import show
from flex_templates.theme import Tone


def issued(
    reader: Reader,
    bought: PassBought,
    *,
    plate: str,
    amount: int,
    number: str,
    receipt_url: str | None,
    trial: bool,
    today: date,
) -> dict[str, Any]:
    """The pass is paid for. `amount`: NT$, the provider's fee included; `number`: 繳費編號, or the lot's receipt."""
    rows = [
        (reader.t("票種"), bought.type_name(reader.language)),
        (reader.t("方案"), reader.t(bought.plan)),
        (reader.t("使用期間"), period(reader, bought.starts_on, bought.ends_on, today)),
        (reader.t("繳費金額"), money(reader, amount)),
        (reader.t("繳費編號"), number),
    ]
    blocks: list[Block] = [Note(reader.t("演練：這不是真正的抽籤。"))] if bought.rehearsal else []
    blocks += [Lead(plate, bought.lot_name), Rows(rows)]
    if trial:
        blocks.append(Paragraph(reader.t("這是測試交易，沒有真的扣款，不能當作繳費憑證。"), strong=True))
    mine = Say(reader.t("我的月票"), reader.t("我的月票"))
    title = reader.t("月票已繳費")
    title = reader.t("測試：{title}", title=title) if trial else title
    card = Card(
        title=title,
        tone=Tone.DONE,
        blocks=blocks,
        main=Link(reader.t("看收據"), receipt_url) if receipt_url else mine,
        others=[mine] if receipt_url else [],
    )
    told = reader.t("月票已繳費，共 {total}", total=money(reader, amount))
    return show(reader, reader.t("測試：{title}", title=told) if trial else told, card)


def pay_soon(reader: Reader, one: EntryStanding, today: date, pay_url: str | None, person: Person) -> dict[str, Any]:
    """繳費提醒: the place that was won is not paid for yet."""
    blocks: list[Block] = [Note(reader.t("演練：這不是真正的抽籤。"))] if one.rehearsal else []
    amount = money(reader, one.price) if one.price else ""
    blocks += [Lead(amount, one.plate), Paragraph(status(reader, one, today))]
    card = Card(
        title=reader.t("月票待繳費"),
        subtitle=f"{one.lot_name} {headline(reader, one)}",
        blocks=blocks,
        main=Link(reader.t("繳費 {amount}", amount=amount), pay_url) if pay_url else None,
        others=[call(reader, person)],
    )
    when = until(reader, one.pay_by, today) if one.pay_by else ""
    return show(reader, reader.t("月票請於 {time}繳費", time=when), card)


def ending(reader: Reader, one: EntryStanding, today: date) -> dict[str, Any]:
    """月票到期: the last days of use."""
    card = Card(
        title=reader.t("月票即將到期"),
        subtitle=one.lot_name,
        blocks=[
            Lead(one.plate, one.type_name(reader.language)),
            Rows([(reader.t("使用期間"), period(reader, one.starts_on, one.ends_on, today))]),
            Note(reader.t("月票不會自動續期，下一期請另行申請。")),
        ],
        main=Say(reader.t("申請月票"), reader.t("月票申請")),
        others=[Say(reader.t("我的月票"), reader.t("我的月票"))],
    )
    return show(reader, reader.t("月票即將到期"), card)


def plate_changed(reader: Reader, one: EntryStanding, today: date, person: Person) -> dict[str, Any]:
    """換牌／換車: the gate knows another plate now."""
    card = Card(
        title=reader.t("月票車牌已更換"),
        subtitle=one.lot_name,
        tone=Tone.DONE,
        blocks=[
            Lead(one.plate, one.type_name(reader.language)),
            Paragraph(reader.t("承辦人員已依您的申請更換月票的車牌，原來的車牌不能再使用這張月票。")),
            Rows([(reader.t("使用期間"), period(reader, one.starts_on, one.ends_on, today))]),
        ],
        main=Say(reader.t("我的月票"), reader.t("我的月票")),
        others=[call(reader, person)],
    )
    return show(reader, reader.t("月票車牌已更換"), card)
