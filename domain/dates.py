"""Dates in words, always the city's day (domain.clock.city_date); ROC years only where a slip shows one."""

from datetime import date, datetime, timedelta

from domain.clock import TAIPEI, city_date
from domain.reader import Language, Reader

FIRST_ROC_YEAR = 1911  # 民國 1 is 1912

_WEEKDAYS = {
    Language.ZH: ("一", "二", "三", "四", "五", "六", "日"),
    Language.EN: ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(reader: Reader, when: date, today: date) -> str:
    """A day with its weekday: 「12/23（三）」, "Wed 23 Dec". The year is said when it is not this one."""
    weekday = _WEEKDAYS[reader.language][when.weekday()]
    if reader.language is Language.EN:
        year = "" if when.year == today.year else f" {when.year}"
        return f"{weekday} {when.day} {_MONTHS[when.month - 1]}{year}"
    year = "" if when.year == today.year else f"{when.year}/"
    return f"{year}{when.month}/{when.day}（{weekday}）"


def deadline(reader: Reader, last_day: date, today: date) -> str:
    """The last day to pay, as cities write it: 「12/23（三）24:00 前」."""
    return reader.t("{day}24:00 前", day=day(reader, last_day, today))


def days_left(reader: Reader, last_day: date, today: date) -> str:
    """How far the deadline is: 「還有 3 天」, 「今天截止」, 「已逾期 2 天」."""
    days = (last_day - today).days
    if days > 1:
        return reader.t("還有 {days} 天", days=days)
    if days == 1:
        return reader.t("還有 1 天")
    if days == 0:
        return reader.t("今天截止")
    if days == -1:
        return reader.t("已逾期 1 天")
    return reader.t("已逾期 {days} 天", days=-days)


def clock_time(moment: datetime) -> str:
    """The time of day in Taiwan of an aware moment: "14:02"."""
    return moment.astimezone(TAIPEI).strftime("%H:%M")


def day_and_time(reader: Reader, moment: datetime, today: date) -> str:
    """An aware moment in Taiwan: 「14:02」 on the same day, else 「12/23（三）14:02」."""
    when = city_date(moment)
    time = clock_time(moment)
    if when == today:
        return time
    return f"{day(reader, when, today)} {time}" if reader.language is Language.EN else day(reader, when, today) + time


def wait(reader: Reader, until: datetime, now: datetime) -> str:
    """How long to wait, in whole minutes and at least one: 「10 分鐘」."""
    minutes = max(1, -(-(until - now) // timedelta(minutes=1)))
    return reader.t("1 分鐘") if minutes == 1 else reader.t("{minutes} 分鐘", minutes=minutes)


def roc_day(when: date) -> str:
    """A day as paper slips print it: 「115 年 7 月 7 日」. Raises ValueError before 民國 1."""
    if when.year <= FIRST_ROC_YEAR:
        raise ValueError(f"no ROC year for {when.isoformat()}")
    return f"{when.year - FIRST_ROC_YEAR} 年 {when.month} 月 {when.day} 日"
