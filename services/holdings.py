"""Every table that holds something about a citizen: what is shown of it (個資法 §3), and what leaving does to it.

Every table is in PARTS or in services/holdings_of_nobody.py, or a test fails: whoever adds one decides what it is.
Statements know :channel and :citizen (LINE user id), and when erasing :asked_at, the moment of 註銷.
"""

from collections.abc import Sequence

from domain.orders import ORDER_LIFE
from domain.reader import msgid
from services.holding import OF_CITIZEN, Column, Part
from services.holdings_bills import OF_BILLS
from services.holdings_passes import PASSES

_OF_LINE_ID = "channel = :channel AND line_id = :citizen"
_OF_LANE = "channel = :channel AND lane = :citizen"
_ACCOUNT = f"SELECT id FROM account WHERE {_OF_LINE_ID}"  # noqa: S608 - all parts are this file's own
_ORDERS = f"SELECT id FROM orders WHERE {OF_CITIZEN}"  # noqa: S608
# Offers nobody took up: no attempt at one, and no barcode of it that a store may still be shown.
_OFFERS = (
    f"{_ORDERS} AND created_at <= :asked_at AND NOT EXISTS (SELECT FROM attempt WHERE order_id = orders.id) "  # noqa: S608
    "AND NOT EXISTS (SELECT FROM store_slip WHERE order_id = orders.id)"
)

_THREADS = f"SELECT id FROM thread WHERE {OF_CITIZEN}"  # noqa: S608
_THREAD_MESSAGES = f"SELECT id FROM thread_message WHERE thread_id IN ({_THREADS})"  # noqa: S608
_QUOTED = (
    "(SELECT string_agg(DISTINCT line->>'{}', ', ') "
    "FROM jsonb_array_elements(convert_from(lines, 'UTF8')::jsonb) AS line)"
)

PARTS: Sequence[Part] = (
    Part(
        "consent",
        msgid("個人資料蒐集的同意"),
        _OF_LINE_ID,
        (Column("version", msgid("告知事項版本")), Column("given_at", msgid("同意時間"))),
        "given_at",
    ),
    Part(
        "phone_code",
        msgid("寄出的簡訊驗證碼"),
        _OF_LINE_ID,
        (Column("sent_at", msgid("寄出時間")), Column("purpose", "")),
        "sent_at",
    ),
    Part(
        "sms_message",
        msgid("寄出的簡訊（送出後不留號碼與內容）"),
        OF_CITIZEN,
        (Column("created_at", msgid("寄出時間")), Column("state", "")),
        "created_at",
    ),
    Part(
        "account_history",
        msgid("帳號歷程"),
        f"account_id IN ({_ACCOUNT})",
        (Column("at", msgid("時間")), Column("what", msgid("項目"))),
        "id",
    ),
    Part(
        "takeover",
        msgid("手機號碼由他人驗證"),
        f"holder_id IN ({_ACCOUNT}) OR claimant_id IN ({_ACCOUNT})",
        (Column("asked_at", msgid("時間")), Column("outcome", "")),
        "asked_at",
    ),
    # services/my_data.py shows the account itself: name, number and e-mail are ciphertext here.
    Part("account", who=_OF_LINE_ID),
    *OF_BILLS,
    Part(
        "order_line",
        msgid("繳費連結與繳費"),
        f"order_id IN ({_ORDERS})",
        (
            Column("created_at", msgid("時間"), "(SELECT created_at FROM orders WHERE id = order_id)"),
            Column("state", msgid("狀態"), "(SELECT state FROM orders WHERE id = order_id)"),
            Column("paid_at", msgid("繳費時間"), "(SELECT paid_at FROM orders WHERE id = order_id)"),
            Column("agency", msgid("機關")),
            Column("number", msgid("帳單號碼"), "coalesce(about->>'entry_no', number)"),
            Column("plate", msgid("車牌")),
            Column("pay_amount", msgid("金額（元）"), "pay_amount - discount"),
            Column("chosen", ""),
        ),
        "created_at, order_id, position",
        (
            f"DELETE FROM order_move WHERE order_id IN ({_OFFERS})",  # noqa: S608
            f"DELETE FROM order_line WHERE order_id IN ({_OFFERS})",  # noqa: S608
            f"UPDATE order_line SET plate = '' WHERE order_id IN ({_ORDERS})",  # noqa: S608
        ),
    ),
    Part(
        "refund_account",  # ciphertext, shown to nobody but the staff member who makes the transfer
        msgid("退款的銀行帳戶（加密，退款結束即刪除）"),
        f"id IN (SELECT id FROM refund WHERE order_id IN ({_ORDERS}))",  # noqa: S608
        (Column("given_at", msgid("時間")),),
        "given_at",
    ),
    Part(
        "record_link",
        msgid("下載繳費紀錄的連結"),
        OF_CITIZEN,
        (Column("made_at", msgid("時間")), Column("plate", msgid("車牌")), Column("pdf_at", ""), Column("csv_at", "")),
        "made_at",
    ),
    Part(
        "quote",
        msgid("查詢後給您的繳費連結"),
        f"{OF_CITIZEN} AND order_id IS NULL",  # one that was opened is shown as its order
        (
            Column("ends_at", msgid("連結到期"), "expires_at"),
            Column("bills", msgid("帳單號碼"), _QUOTED.format("number")),
            Column("plates", msgid("車牌"), _QUOTED.format("plate")),
        ),
        "expires_at",
        (
            f"DELETE FROM quote WHERE {OF_CITIZEN} "  # noqa: S608
            f"AND expires_at <= :asked_at + interval '{int(ORDER_LIFE.total_seconds())} seconds'",  # given out by then
        ),
    ),
    Part(
        "orders",  # shown with its lines; what money moved for stays, and no longer says whose it was
        instead=(
            f"DELETE FROM orders WHERE id IN ({_OFFERS})",  # noqa: S608
            f"UPDATE orders SET citizen = NULL WHERE {OF_CITIZEN}",  # noqa: S608
        ),
    ),
    *PASSES,
    Part(
        "lookup_promise",
        msgid("還在查的縣市"),
        OF_CITIZEN,
        (Column("plate", msgid("車牌")), Column("kind", msgid("車種")), Column("promised_at", msgid("時間"))),
        "promised_at",
    ),
    Part(
        "lookup_count",
        msgid("每日查詢次數"),
        OF_CITIZEN,
        (Column("day", msgid("日期")), Column("lookups", msgid("次數"))),
        "day",
    ),
    Part(
        "inbound_event",
        msgid("您傳來的訊息（處理後即不留內容）"),
        _OF_LANE,
        (
            Column("received_at", msgid("時間")),
            Column("done_at", ""),
            Column("content", "", "convert_from(payload, 'UTF8')"),
        ),
        "received_at",
        # The ids stay their 30 days, nobody's, so that a late duplicate is still known and does nothing.
        (
            "UPDATE inbound_event SET lane = '', payload = NULL, dialog_state = NULL, message_id = NULL, "  # noqa: S608
            f"takes_back = NULL WHERE {_OF_LANE} AND done_at IS NOT NULL",
        ),
        counted=True,
    ),
    Part(
        "notice_settings",
        msgid("通知設定"),
        OF_CITIZEN,
        (
            Column("turned_off", msgid("不通知的項目")),
            Column("told_by", msgid("管道")),
            Column("slot", msgid("通知時段")),
        ),
        "citizen",
    ),
    Part(
        "notice",
        msgid("傳給您的通知（保留 90 天）"),
        OF_CITIZEN,
        (Column("made_at", msgid("時間")), Column("notice", ""), Column("send_at", "")),
        "made_at",
        counted=True,
    ),
    Part(
        "told_fact",
        msgid("已通知您的帳單（保留 180 天）"),
        OF_CITIZEN,
        (Column("told_at", msgid("時間")), Column("fact", "")),
        "told_at",
        counted=True,
    ),
    Part(
        "outbound_message",
        msgid("我們傳給您的訊息（內容保留 7 天）"),
        _OF_LANE,
        (
            Column("created_at", msgid("時間")),
            Column("outcome", ""),
            Column("content", "", "convert_from(body, 'UTF8')"),
        ),
        "created_at",
        # What is being sent ends by itself; a notice that waits for the morning is not sent any more.
        (
            f"DELETE FROM outbound_message WHERE {_OF_LANE} "  # noqa: S608
            "AND (ended_at IS NOT NULL OR attempts = 0 AND next_attempt_at > now())",
            "UPDATE outbound_message SET recipients = array_remove(recipients, :citizen) WHERE channel = :channel "
            "AND ended_at IS NULL AND attempts = 0 AND :citizen = ANY(recipients)",
        ),
        counted=True,
    ),
    # services/my_data.py shows what was written: words and photos are ciphertext here.
    Part("thread_photo", who=f"id IN ({_THREAD_MESSAGES})"),
    Part("thread_message", who=f"thread_id IN ({_THREADS})"),
    Part(
        "thread",
        msgid("聯絡我們的案件"),
        OF_CITIZEN,
        (
            Column("no", msgid("案件編號")),
            Column("opened_at", msgid("時間")),
            Column("state", msgid("狀態")),
            Column("closed_at", msgid("結束時間")),
            Column("satisfied", msgid("滿意")),
        ),
        "no",
        # What the reports count stays, nobody's.
        (
            "UPDATE thread SET channel = NULL, citizen = NULL, state = 'closed', unread = 0, "  # noqa: S608
            "closed_at = coalesce(closed_at, now()), closed_by = coalesce(closed_by, 'citizen') "
            f"WHERE {OF_CITIZEN}",
        ),
    ),
    Part(
        "download",
        msgid("下載個人資料的連結"),
        OF_CITIZEN,
        (Column("made_at", msgid("時間")), Column("json_at", ""), Column("pdf_at", "")),
        "made_at",
    ),
    Part("menu_link", who=_OF_LINE_ID),
    Part(
        "citizen",
        msgid("聊天設定"),
        _OF_LINE_ID,
        (
            Column("line_id", msgid("LINE 使用者代碼")),
            Column("language", msgid("語言")),
            Column("display", msgid("顯示")),
            Column("first_seen_at", msgid("第一次使用")),
            Column("blocked_at", ""),
        ),
        "first_seen_at",
    ),
    Part("leaving", instead=()),  # services/leaving.py empties it when it ends
)
