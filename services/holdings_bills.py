"""What is held about a citizen for finding their bills: vehicles and numbers bound, bills kept, slips waited for."""

from collections.abc import Sequence

from domain.reader import msgid
from services.holding import Column, Part

_OF_CITIZEN = "channel = :channel AND citizen = :citizen"

OF_BILLS: Sequence[Part] = (
    Part(
        "autopay_reminder",
        msgid("代繳的提醒"),
        f"binding_id IN (SELECT id FROM binding WHERE {_OF_CITIZEN})",  # noqa: S608
        (Column("asked_at", msgid("時間")), Column("remind_at", "")),
        "asked_at",
    ),
    Part(
        "member_link",
        msgid("連結的官網會員"),
        _OF_CITIZEN,
        (Column("linked_at", msgid("連結時間")), Column("agency", msgid("機關"))),
        "linked_at",
    ),
    Part(
        "binding",
        msgid("綁定的車輛"),
        _OF_CITIZEN,
        (
            Column("plate", msgid("車牌")),
            Column("kind", msgid("車種")),
            Column("reminder_slot", msgid("繳費提醒時段")),
            Column("reminder_from", ""),
            Column("paperless", msgid("開單無紙化")),
            Column("flood_areas", msgid("防汛通知區域")),
            Column("flood_from", ""),
            Column("bound_at", msgid("綁定時間")),
            Column("told_by", msgid("管道")),
            Column("checked_at", msgid("車主核對時間")),
            Column("confirmed_at", ""),
            Column("wondered_at", ""),
        ),
        "bound_at",
    ),
    Part(
        "bound_identifier",
        msgid("綁定的號碼"),
        _OF_CITIZEN,
        (
            Column("fee_item", msgid("繳費項目")),
            Column("number", msgid("號碼")),
            Column("reminder_slot", msgid("繳費提醒時段")),
            Column("reminder_from", ""),
            Column("bound_at", msgid("綁定時間")),
        ),
        "bound_at",
    ),
    Part(
        "given_slip",
        msgid("還查不到的帳單號碼"),
        _OF_CITIZEN,
        (Column("number", msgid("帳單號碼")), Column("given_at", msgid("時間"))),
        "given_at",
    ),
    Part("bill_news", who=_OF_CITIZEN),
    Part(
        "saved_bill",
        msgid("儲存的帳單"),
        _OF_CITIZEN,
        (
            Column("agency", msgid("機關")),
            Column("number", msgid("帳單號碼")),
            Column("plate", msgid("車牌")),
            Column("saved_at", msgid("儲存時間")),
        ),
        "saved_at",
    ),
    Part(
        "plate_report",
        msgid("回報的不明綁定"),
        _OF_CITIZEN,
        (Column("plate", msgid("車牌")), Column("kind", msgid("車種")), Column("reported_at", msgid("時間"))),
        "reported_at",
    ),
    Part("person_link", who=_OF_CITIZEN),  # that a page was asked for; what is typed there is kept nowhere
)
