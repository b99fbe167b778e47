"""How passes stand, in words: used by the cards of the chat and by the page for those without LINE."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from domain.amounts import money
from domain.clock import city_date
from domain.dates import clock_time, day, deadline
from domain.passview import EntryStanding, FirstBuyers, Odds
from domain.reader import Language, Reader, msgid

# Categories of 優先購買 (config/passes.toml); others are shown as staff named them.
FIRST_BUYERS = (msgid("身心障礙者"),)

# 資格審查 as an applicant reads it, by its state; "": nothing was shown.
JUDGED: Mapping[str, str] = {
    "": msgid("還沒有傳證明文件"),
    "waiting": msgid("審查中"),
    "more": msgid("請補件"),
    "passed": msgid("審查通過"),
    "refused": msgid("審查不符，以一般方案計價"),
}

# Why a place was lost, by the reason codes of the public log.
_LOST: Mapping[str, str] = {
    "UNPAID": msgid("繳費期限已過，名額已由備取遞補。"),
    "VOID": msgid("資格不符，名額已取消。如有疑問請洽停車場。"),
    "GIVEN-UP": msgid("您已放棄這個名額，由備取遞補。"),
    "OTHER-LOT": msgid("一車限一張月票：這輛車已有另一處停車場，這個名額由備取遞補。"),
    "REFUNDED": msgid("名額已取消，繳過的款項會退還。線上繳費的請看「退款進度」，現場繳費的請洽停車場。"),
}


def moment(reader: Reader, at: datetime, today: date) -> str:
    """Day and hour: 「12/20（日）15:00」, "Sun 20 Dec 15:00"."""
    when, time = day(reader, city_date(at), today), clock_time(at)
    return f"{when} {time}" if reader.language is Language.EN else when + time


def until(reader: Reader, at: datetime, today: date) -> str:
    """A deadline: midnight is said as 24:00 of the day before."""
    if clock_time(at) == "00:00":
        return deadline(reader, city_date(at - timedelta(seconds=1)), today)
    return reader.t("{time} 前", time=moment(reader, at, today))


def period(reader: Reader, starts_on: date, ends_on: date, today: date) -> str:
    """使用期間."""
    return reader.t("{first}至 {last}", first=day(reader, starts_on, today), last=day(reader, ends_on, today))


def odds_text(reader: Reader, odds: Odds) -> str:
    """How the last draw went."""
    return reader.t("上期 {entries} 人抽 {places} 張", entries=odds.entries, places=odds.places)


def percent(odds: Odds) -> str:
    """The chance of one entry; a small one is not said to be none, nor a large one certain."""
    share = odds.chance * 100
    return f"{share:.1f}%" if 0 < share < 1 or 99 < share < 100 else f"{share:.0f}%"


def first_buyers(reader: Reader, window: FirstBuyers, today: date) -> str:
    """優先購買 of a round: how many places, when, where."""
    times = {"first": moment(reader, window.opens_at, today), "last": until(reader, window.closes_at, today)}
    places = {"who": reader.t(window.name), "places": window.places_left}
    return reader.t("{who}優先購買 {places} 張：{first} 起，{last}，持證明到停車場購買，不必抽籤。", **places, **times)


def headline(reader: Reader, one: EntryStanding) -> str:
    """正取 12 號, 備取 8 號, 未中籤."""
    if one.late and one.status == "W":
        return reader.t("正取（補列）")
    if one.late and one.status == "B":
        return reader.t("備取 {no} 號之前（補列）", no=one.no)
    if one.status == "W":
        return reader.t("正取 {no} 號", no=one.no)
    return reader.t("備取 {no} 號", no=one.no) if one.status == "B" else reader.t("未中籤")


def _to_pay(reader: Reader, one: EntryStanding, time: str, amount: str) -> str:
    """By when, how much, where, and what happens otherwise."""
    rest = reader.t("逾期視同放棄，由備取遞補。")
    if one.sells == "counter":
        what = reader.t("請於 {time}到停車場現場繳費", time=time)
    else:
        what = reader.t("請於 {time}繳費", time=time)
    told = reader.t("{what} {amount}，{rest}", what=what, amount=amount, rest=rest)
    return told + reader.t("也可到停車場現場繳費。") if one.sells == "both" else told


def status(reader: Reader, one: EntryStanding, today: date) -> str:
    """How it stands and what to do next, in a sentence or two."""
    if one.void:
        return reader.t("這次抽籤已作廢，停車場會另行公告。")
    if one.seat == "paid":
        return reader.t("已繳費。")
    if one.seat == "offered" and one.pay_by and one.price:
        return _to_pay(reader, one, until(reader, one.pay_by, today), money(reader, one.price))
    if one.lost and one.lost in _LOST:
        return reader.t(_LOST[one.lost])
    if one.status == "W":
        return reader.t(_LOST["UNPAID"])
    if one.status == "B":
        now = reader.t("目前遞補至 {no} 號。", no=one.promoted_to) if one.promoted_to else reader.t("目前尚未遞補。")
        before = reader.t("上期最後遞補至 {no} 號。", no=one.last_promoted_to) if one.last_promoted_to else ""
        return now + before + reader.t("輪到您時會通知繳費。")
    if one.status == "X":
        return reader.t("這次沒有抽中，也不在備取名單。")
    return reader.t("{time} 抽籤。", time=moment(reader, one.draw_at, today))
