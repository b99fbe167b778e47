"""Cards about a number that two have verified. None says anything about the other of the two."""

from typing import Any

from domain.reader import Reader
from flex_templates.card import Card, Note, Paragraph, Press, Say
from flex_templates.outcome import ask_a_person, done
from flex_templates.person import Person, call
from flex_templates.render import show
from flex_templates.theme import Tone


def asked(reader: Reader, days: int, keep: str, give_up: str, person: Person) -> dict[str, Any]:
    """To the holder: is the number still yours?"""
    card = Card(
        title=reader.t("請確認您的手機號碼"),
        tone=Tone.OVERDUE,
        blocks=(
            Paragraph(reader.t("有人以簡訊驗證了您登記的手機號碼。請問這個號碼還是您的嗎？"), strong=True),
            Paragraph(reader.t("{days} 天內沒有回覆，號碼會轉給對方，您的帳戶會暫停，資料不會給對方看到。", days=days)),
            Note(reader.t("若號碼還是您的，請留意是否有人拿走您的手機或 SIM 卡。")),
        ),
        main=Press(reader.t("還是我的"), keep),
        others=(Press(reader.t("已經不是我的"), give_up), call(reader, person)),
    )
    return show(reader, reader.t("請確認您的手機號碼。"), card)


def kept(reader: Reader) -> dict[str, Any]:
    """The holder said: still mine."""
    return done(
        reader,
        reader.t("號碼仍是您的"),
        reader.t("好的，號碼維持在您的帳戶，沒有任何資料被更動。"),
        reader.t("我的資料"),
    )


def over(reader: Reader, person: Person) -> dict[str, Any]:
    """There is nothing to answer any longer."""
    text = Paragraph(reader.t("這次沒有任何資料被更動。有疑問請撥打下方電話。"))
    main = Say(reader.t("我的資料"), reader.t("我的資料"))
    return ask_a_person(reader, reader.t("這項確認已經結束"), (text,), main, person)


def lost(reader: Reader, person: Person) -> dict[str, Any]:
    """To the former holder: the number is somebody else's; a number of one's own opens the account again."""
    paragraphs = (
        Paragraph(reader.t("您原來的號碼已由目前的使用者登記，您的帳戶暫停使用。"), strong=True),
        Paragraph(reader.t("您的資料都還在，也沒有給任何人看。以現在的號碼註冊，就能接著使用。")),
    )
    main = Say(reader.t("註冊"), reader.t("註冊"))
    return ask_a_person(reader, reader.t("請登記新的手機號碼"), paragraphs, main, person)


def granted(reader: Reader) -> dict[str, Any]:
    """To who waited: the number is theirs, the account lives."""
    return done(reader, reader.t("註冊完成"), reader.t("您的手機號碼已確認，現在可以綁定車牌。"), reader.t("綁定車牌"))


def refused(reader: Reader, person: Person) -> dict[str, Any]:
    """To who waited: the number stays where it is."""
    paragraphs = (
        Paragraph(reader.t("這個號碼仍由先前登記的人使用，這次註冊沒有完成。")),
        Paragraph(reader.t("若號碼是您的，請撥打電話由承辦人員確認；也可以用其他號碼註冊。")),
    )
    main = Say(reader.t("註冊"), reader.t("註冊"))
    return ask_a_person(reader, reader.t("沒有完成註冊"), paragraphs, main, person)
