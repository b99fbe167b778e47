"""The menus as the office names them (monthly-pass-lottery manual), each shown to those who may open it."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.staff import Member, Power


@dataclass(frozen=True, slots=True)
class Item:
    """One entry: the endpoint it opens, its name, what it needs."""

    endpoint: str
    name: str
    power: Power


@dataclass(frozen=True, slots=True)
class Group:
    """A menu of entries."""

    name: str
    items: Sequence[Item]


MENU = (
    Group(
        "抽籤資料管理",
        (
            Item("rounds", "全區相關設定", Power.SEE_ROUNDS),
            Item("lot_rounds", "現場相關設定", Power.SEE_ROUNDS),
            Item("draws", "抽籤作業顯示", Power.SEE_ROUNDS),
            Item("cases", "申請案件管理", Power.SEE_ENTRIES),
            Item("qualifications", "資格審查", Power.QUALIFY),
            Item("sales", "月票繳費查詢", Power.SEE_PAYMENTS),
            Item("gates", "購買資料管理", Power.SEE_PASSES),
            Item("sold_passes", "換牌與退票", Power.CHANGE_PASSES),
            Item("office_days", "辦公日曆", Power.SEE_ROUNDS),
            Item("lots", "停車場", Power.SEE_ROUNDS),
            Item("plans", "優惠方案管理", Power.SEE_ROUNDS),
            Item("village_plans", "優惠里民方案管理", Power.SEE_ROUNDS),
        ),
    ),
    Group(
        "繳費",
        (
            Item("payments", "停車費繳費查詢", Power.SEE_MONEY),
            Item("stopped", "停住的訂單", Power.SEE_MONEY),
        ),
    ),
    Group(
        "訊息",
        (
            Item("news", "公告", Power.NEWS),
            Item("questions", "答客問", Power.NEWS),
            Item("floods", "防汛通知", Power.FLOOD),
            Item("campaigns", "群發紀錄", Power.SEE_MESSAGES),
            Item("sms", "簡訊發送查詢", Power.SEE_MESSAGES),
            Item("failed", "未送達訊息", Power.SEE_FAILED),
        ),
    ),
    Group(
        "客服",
        (
            Item("threads", "客服案件", Power.SERVE),
            Item("replies", "常用回覆", Power.SERVE),
            Item("callers", "市民查詢", Power.SERVE),
            Item("refunds", "退款與對帳", Power.SEE_MONEY),
        ),
    ),
    Group("報表", (Item("today", "今日狀態", Power.SEE_MONEY), Item("reports", "報表查詢", Power.REPORTS))),
    Group("稽核", (Item("audit", "稽核軌跡", Power.AUDIT), Item("openings", "抽籤開啟檔", Power.OPENINGS))),
    Group(
        "系統管理",
        (
            Item("people", "承辦人員帳號", Power.STAFF),
            Item("agencies", "機關金鑰", Power.OPERATE),
            Item("halts", "停止服務", Power.OPERATE),
        ),
    ),
    Group("個人資料", (Item("own", "密碼與登入", Power.OWN),)),
)


def menu_of(member: Member) -> Sequence[Group]:
    """The menus of somebody, without what they may not open."""
    shown = (Group(group.name, [item for item in group.items if member.may(item.power)]) for group in MENU)
    return [group for group in shown if group.items]
