"""What is held about a citizen's monthly passes: a part of services/holdings.py, in the order in which it is erased."""

from collections.abc import Sequence

from domain.reader import msgid
from services.holding import OF_CITIZEN, Column, Part

_ENTRIES = f"SELECT id FROM pass_entry WHERE {OF_CITIZEN}"  # noqa: S608 - all parts are this file's own
_QUALIFICATIONS = f"SELECT id FROM qualification WHERE entry_id IN ({_ENTRIES})"  # noqa: S608
_LOT_NAME = "(SELECT name FROM lot WHERE number = favourite_lot.lot)"

PASSES: Sequence[Part] = (
    Part(
        "qualification_photo",  # ciphertext, seen by whoever judges the application; services/my_data.py shows them
        who=f"qualification_id IN ({_QUALIFICATIONS})",
    ),
    Part(
        "qualification",
        msgid("月票的資格審查"),
        f"entry_id IN ({_ENTRIES})",
        (
            Column("asked_at", msgid("時間")),
            Column("state", msgid("狀態")),
            Column("reason", msgid("審查說明")),
            Column("decided_at", msgid("審查時間")),
        ),
        "asked_at",
    ),
    Part(
        "pass_plate",
        msgid("月票換過的車牌"),
        f"entry_id IN ({_ENTRIES})",
        (Column("asked_at", msgid("時間")), Column("plate", msgid("車牌")), Column("approved_at", "")),
        "asked_at",
        (),  # stays with its entry's own plate, nobody's
    ),
    # An entry's number, name and salt are ciphertext, and outlive 註銷 until the complaint period ends.
    Part(
        "pass_entry",
        msgid("月票的申請"),
        OF_CITIZEN,
        (
            Column("applied_at", msgid("申請時間")),
            Column("draw_id", msgid("抽籤代號"), "(SELECT draw_id FROM pass_round WHERE id = round_id)"),
            Column("entry_no", msgid("申請編號")),
            Column("plate", msgid("車牌")),
            Column("plan", ""),
            Column("state", msgid("狀態")),
            Column("commitment", ""),
        ),
        "applied_at, log_index",
        (
            f"UPDATE pass_entry SET state = 'LEFT', ended_at = now() WHERE {OF_CITIZEN} AND state = 'live' "  # noqa: S608
            "AND round_id IN (SELECT id FROM pass_round WHERE phase = 'open')",
            f"UPDATE pass_entry SET channel = NULL, citizen = NULL WHERE {OF_CITIZEN}",  # noqa: S608
        ),
    ),
    Part(
        "favourite_lot",
        msgid("收藏的停車場"),
        OF_CITIZEN,
        (Column("lot", msgid("停車場"), _LOT_NAME), Column("starred_at", msgid("時間"))),
        "starred_at",
    ),
)
