"""Cards of 註冊: the notice to agree to, the code, and how it ended."""

from typing import Any

from domain.reader import Reader
from flex_templates.card import Card, Lead, Link, Note, Paragraph, Press, Rows, Say
from flex_templates.outcome import ask_a_person, done
from flex_templates.person import Person, call
from flex_templates.render import show
from flex_templates.theme import Tone


def consent(reader: Reader, agency: str, privacy_url: str, agree: str) -> dict[str, Any]:
    """What 個資法 §8 asks to be told before data are collected, in short, with the whole behind a button."""
    rows = [
        (reader.t("蒐集機關"), agency),
        (reader.t("目的"), reader.t("停車費查詢、繳費、提醒與月票服務")),
        (reader.t("資料"), reader.t("姓名、手機、E-mail（選填）、車牌、綁定的水號與電號、LINE 識別碼")),
        (reader.t("利用"), reader.t("服務期間，於臺灣；訊息經 LINE 在國外的伺服器傳送")),
        (reader.t("您的權利"), reader.t("隨時查詢、更正、下載、停止利用與刪除")),
        (reader.t("不提供時"), reader.t("不能註冊與綁定，但查停車費、繳費不受影響")),
    ]
    card = Card(
        title=reader.t("個人資料告知事項"),
        blocks=(Rows(rows), Note(reader.t("未滿18歲者，請由法定代理人閱讀並同意。"))),
        main=Press(reader.t("同意"), agree),
        others=(Link(reader.t("閱讀全文"), privacy_url),),
    )
    return show(reader, reader.t("註冊前，請閱讀個人資料告知事項。"), card)


def code(reader: Reader, masked: str, minutes: int, again: str) -> dict[str, Any]:
    """Asks for the code. The card is the same whoever holds the number."""
    card = Card(
        title=reader.t("請輸入驗證碼"),
        subtitle=masked,
        blocks=(
            Paragraph(reader.t("已寄出簡訊，請輸入 5 位數驗證碼，{minutes} 分鐘內有效。", minutes=minutes)),
            Note(reader.t("請勿把驗證碼提供給他人，我們的人員不會向您詢問。")),
        ),
        others=(Press(reader.t("重寄驗證碼"), again),),
    )
    return show(reader, reader.t("請輸入簡訊裡的驗證碼。"), card)


def registered(reader: Reader, email: str | None) -> dict[str, Any]:
    """It is done; what to do with it next. `email`: of the button that offers one; None where none is used."""
    card = Card(
        title=reader.t("註冊完成"),
        tone=Tone.DONE,
        blocks=(Paragraph(reader.t("現在可以綁定車牌，有新的停車單時通知您。")),),
        main=Say(reader.t("綁定車牌"), reader.t("綁定車牌")),
        others=(Press(reader.t("填寫 E-mail（選填）"), email),) if email else (),
    )
    return show(reader, reader.t("註冊完成"), card)


def email_kept(reader: Reader) -> dict[str, Any]:
    """The e-mail is kept."""
    return done(reader, reader.t("已記下 E-mail"), reader.t("往後的繳費收據會寄到這個信箱。"), reader.t("我的資料"))


def already(reader: Reader, masked: str) -> dict[str, Any]:
    """There is an account already."""
    card = Card(
        title=reader.t("您已經註冊"),
        blocks=(Lead(masked), Paragraph(reader.t("要看或更正資料，請按「我的資料」。"))),
        main=Say(reader.t("我的資料"), reader.t("我的資料")),
        others=(Say(reader.t("綁定車牌"), reader.t("綁定車牌")),),
    )
    return show(reader, reader.t("您已經註冊"), card)


def consented(reader: Reader) -> dict[str, Any]:
    """The changed notice was agreed to."""
    return done(reader, reader.t("已記下您的同意"), reader.t("原有的資料與綁定都沒有變動。"), reader.t("我的車輛"))


def waits(reader: Reader, days: int, person: Person) -> dict[str, Any]:
    """The number is another account's; its holder is being asked."""
    card = Card(
        title=reader.t("等候確認號碼"),
        blocks=(
            Paragraph(reader.t("這個號碼先前有人註冊。我們正在詢問對方，最多 {days} 天，結果會通知您。", days=days)),
            Note(reader.t("您看不到對方的資料，對方也看不到您的。")),
            Note(reader.t("等候期間照常可以查停車費與繳費。")),
        ),
        main=Say(reader.t("查停車費"), reader.t("待繳")),
        others=(call(reader, person),),
    )
    return show(reader, reader.t("等候確認號碼"), card)


def leaving(reader: Reader, person: Person) -> dict[str, Any]:
    """The account is being closed: what must be kept is kept to its date, and nothing new begins meanwhile."""
    text = Paragraph(reader.t("您的註銷還在處理，完成後就能重新註冊。查停車費與繳費照常可用。"))
    main = Say(reader.t("查停車費"), reader.t("待繳"))
    return ask_a_person(reader, reader.t("帳戶註銷中"), (text,), main, person)
