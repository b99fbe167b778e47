"""連結官網會員: a chat linked with a member of the city's own site (LINE 綁定), with the way out on every card."""

from collections.abc import Sequence
from typing import Any

from domain.members import SERVICES, MemberVehicle
from domain.reader import Reader
from flex_templates.card import Block, Card, Link, Note, Paragraph, Press, Rows
from flex_templates.person import Person, call
from flex_templates.punctuation import listed
from flex_templates.render import show
from flex_templates.theme import Tone
from flex_templates.vehicles import named


def offer(reader: Reader, site: str, url: str, minutes: int, person: Person) -> dict[str, Any]:
    """What linking does, and the way to the site. `minutes`: as long as the link is good."""
    card = Card(
        title=reader.t("連結官網會員"),
        blocks=(
            Paragraph(reader.t("連結後，您在{site}綁定的車輛可以直接綁定到這裡，不必重新輸入。", site=site)),
            Paragraph(reader.t("我們不會知道您的官網密碼、姓名與電話。")),
            Note(
                reader.t("連結 {minutes} 分鐘內有效，只能用一次，請勿轉傳。", minutes=minutes)
                + "\n"
                + reader.t("隨時可以在這裡解除連結，官網的帳號照常使用。")
            ),
        ),
        main=Link(reader.t("登入官網並連結"), url),
        others=(call(reader, person),),
    )
    return show(reader, reader.t("連結官網會員"), card)


def linked(
    reader: Reader, site: str, vehicles: Sequence[tuple[MemberVehicle, Press | None]], unlink: Press, person: Person
) -> dict[str, Any]:
    """It is done. `vehicles`: those of the account there, each with what binds it here, None where it is bound."""
    rows = [(named(reader, one.vehicle), _services(reader, one)) for one, _ in vehicles]
    presses = [press for _, press in vehicles if press]
    said = reader.t("您在{site}綁定的車輛：", site=site) if rows else reader.t("您在{site}沒有綁定車輛。", site=site)
    blocks: list[Block] = [Paragraph(said), *([Rows(rows)] if rows else [])]
    if presses:
        blocks.append(Note(reader.t("綁定到這裡後，才會一起查待繳並提醒您。")))
    card = Card(
        title=reader.t("已連結官網會員"),
        tone=Tone.DONE,
        blocks=blocks,
        main=presses[0] if presses else None,
        others=(*presses[1:], unlink, call(reader, person)),
    )
    return show(reader, reader.t("已連結官網會員"), card)


def standing(reader: Reader, site: str, since: str, unlink: Press, person: Person) -> dict[str, Any]:
    """The chat is linked. `since`: a day."""
    card = Card(
        title=reader.t("已連結官網會員"),
        blocks=(
            Rows([(reader.t("網站"), site), (reader.t("連結日期"), since)]),
            Note(reader.t("解除連結後，這裡綁定的車輛與官網的帳號都不受影響。")),
        ),
        others=(unlink, call(reader, person)),
    )
    return show(reader, reader.t("已連結官網會員"), card)


def unlinked(reader: Reader, site: str, again: Press, person: Person) -> dict[str, Any]:
    """The way out was taken."""
    card = Card(
        title=reader.t("已解除連結"),
        tone=Tone.DONE,
        blocks=(Paragraph(reader.t("這裡不再與{site}的會員連結。綁定的車輛與官網的帳號都不受影響。", site=site)),),
        others=(again, call(reader, person)),
    )
    return show(reader, reader.t("已解除連結"), card)


def moved(reader: Reader, again: Press, person: Person) -> dict[str, Any]:
    """To the chat that was linked before: the member has linked another."""
    title = reader.t("官網會員已改連到別的聊天室")
    card = Card(
        title=title,
        blocks=(
            Paragraph(
                reader.t("您的官網會員剛在另一個 LINE 帳號完成連結，一個會員只能連結一個聊天室，這裡的連結已解除。")
            ),
            Paragraph(reader.t("這裡綁定的車輛與提醒都不受影響。")),
            Note(reader.t("若不是您做的，請先到官網更改密碼，再回來重新連結。")),
        ),
        main=again,
        others=(call(reader, person),),
    )
    return show(reader, title, card)


def _services(reader: Reader, one: MemberVehicle) -> str:
    """服務種類; none: said so."""
    return listed(reader, [reader.t(SERVICES[key]) for key in one.services]) or reader.t("未申請服務")
