"""客服案件 (聯絡我們): what citizens write in the chat, answered here; 常用回覆 to begin an answer with."""

import uuid
from collections.abc import Sequence

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from domain.desk import LONGEST_ANSWER, LONGEST_TITLE, ClosedBy, PhotoState, parse_case_number
from domain.reader import Language
from domain.staff import Power, StaffRuleError
from services.desk import replies
from services.desk.board import PAGE, CaseView, Shown
from services.desk.replies import Reply
from services.notice_rules import Standing
from web.backoffice.gate import member
from web.backoffice.room import Room, StaffServices, done, field, form_id, refused, show, try_to

SHOWN = {Shown.WAITING: "待回覆", Shown.OPEN: "處理中", Shown.CLOSED: "已結束"}
ENDED = {ClosedBy.CITIZEN: "民眾結束", ClosedBy.STAFF: "客服結束", ClosedBy.SILENCE: "久未回應，自動結束"}
SENT = {Standing.WAITING: "傳送中", Standing.SENT: "已送達 LINE", Standing.FAILED: "未送達"}
PHOTOS = {
    PhotoState.WAITING: "照片取得中",
    PhotoState.UNREADABLE: "照片無法讀取，已請民眾重傳",
    PhotoState.GONE: "照片已不存在",
}
LANGUAGES = {Language.ZH: "中文", Language.EN: "英文"}
PHOTO_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Disposition": 'inline; filename="photo.jpg"',
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def register(room: Room) -> None:
    """Its routes."""
    views, kept = _Threads(room.services), _Replies(room.services)
    room.page("/threads", "threads", views.look, Power.SERVE)
    room.page("/thread/<uuid:thread>", "thread", views.thread, Power.SERVE)
    room.page("/thread/<uuid:thread>/photo/<uuid:message>", "thread_photo", views.photo, Power.SERVE)
    room.page("/thread/<uuid:thread>/answer", "thread_answer", views.answer, Power.SERVE, ("POST",))
    room.page("/thread/<uuid:thread>/close", "thread_close", views.close, Power.SERVE, ("POST",))
    room.page("/thread/<uuid:thread>/open-again", "thread_open_again", views.open_again, Power.SERVE, ("POST",))
    room.page("/thread/<uuid:thread>/reason", "thread_reason", views.name_reason, Power.SERVE, ("POST",))
    room.page("/replies", "replies", kept.look, Power.SERVE)
    room.page("/replies/keep", "reply_keep", kept.keep, Power.SERVE, ("POST",))
    room.page("/replies/drop", "reply_drop", kept.drop, Power.SERVE, ("POST",))


class _Threads:
    """One method per route."""

    def __init__(self, services: StaffServices) -> None:
        self._services = services
        self._board, self._answers = services.thread_board, services.thread_answers

    def look(self) -> ResponseReturnValue:
        """GET: the cases to be answered, oldest first; all that are open, or closed; one by its number."""
        number = request.args.get("number", "")
        shown = Shown(asked) if (asked := request.args.get("shown", "")) in set(Shown) else Shown.WAITING
        after = request.args.get("after", "")
        with self._services.unit() as uow:
            if number:
                return self._by_number(self._board.find(uow, parse_case_number(number) or 0))
            found = self._board.page(uow, shown, int(after) if after.isdecimal() and len(after) < 16 else None)
            counts = self._board.counts(uow)
            late = self._services.thread_lateness.late(uow)
        more = found[-1].no if len(found) == PAGE else None
        values = {"found": found, "counts": counts, "shown": shown, "names": SHOWN, "more": more, "ended": ENDED}
        rules = {"reasons": self._services.desk_rules.reasons, "days": self._services.desk_rules.answer_days}
        return show("threads.html", "客服案件", late=late, **rules, **values)

    def thread(self, thread: uuid.UUID) -> ResponseReturnValue:
        """GET: one case. As in every letter box, what is opened is no longer unread."""
        view = self._view(thread)
        with self._services.unit() as uow:
            self._answers.read(uow, thread, staff=member().actor)
            kept = replies.every(uow)
        chosen = next((one for one in kept if str(one.id) == request.args.get("reply")), None)
        return self._page(view, kept, chosen.words(view.writer.language) if chosen and view.writer else "")

    def photo(self, thread: uuid.UUID, message: uuid.UUID) -> ResponseReturnValue:
        """GET: a photo, by itself: nothing in it can run, and no cache keeps it."""
        with self._services.unit() as uow:
            picture = self._answers.see_photo(uow, thread, message, staff=member().actor)
        if picture is None:
            abort(404)
        return Response(picture, headers=PHOTO_HEADERS, mimetype="image/jpeg")

    def answer(self, thread: uuid.UUID) -> ResponseReturnValue:
        """POST: the answer goes into the chat, once, however often the form is sent."""
        view, words = self._view(thread), field("words", 4 * LONGEST_ANSWER)
        try:
            with self._services.unit() as uow:
                self._answers.answer(uow, thread, form_id("message"), words, staff=member().actor)
        except StaffRuleError as error:
            with self._services.unit() as uow:
                kept = replies.every(uow)
            return self._page(view, kept, words, wrong=str(error))
        return done("thread", "已送出回覆。", thread=thread)

    def close(self, thread: uuid.UUID) -> ResponseReturnValue:
        """POST: the citizen is told, and asked how content they are."""
        self._view(thread)

        def deed() -> None:
            with self._services.unit() as uow:
                self._answers.close(uow, thread, field("reason", 16), staff=member().actor)

        return try_to(deed, "thread", "已結束案件，並請民眾評分。", thread=thread)

    def open_again(self, thread: uuid.UUID) -> ResponseReturnValue:
        """POST: a closed case goes on, and the citizen is told."""
        self._view(thread)

        def deed() -> None:
            with self._services.unit() as uow:
                self._answers.open_again(uow, thread, field("why"), staff=member().actor)

        return try_to(deed, "thread", "已重新開啟案件，並通知民眾。", thread=thread)

    def name_reason(self, thread: uuid.UUID) -> ResponseReturnValue:
        """POST: what a closed case was about."""
        self._view(thread)

        def deed() -> None:
            with self._services.unit() as uow:
                self._answers.name_reason(uow, thread, field("reason", 16), staff=member().actor)

        return try_to(deed, "thread", "已登記原因。", thread=thread)

    def _view(self, thread: uuid.UUID) -> CaseView:
        with self._services.unit() as uow:
            view = self._board.one(uow, thread)
        if view is None:
            abort(404)
        return view

    def _page(self, view: CaseView, kept: Sequence[Reply], words: str, wrong: str = "") -> ResponseReturnValue:
        values = {"view": view, "line": view.line, "kept": kept, "words": words, "wrong": wrong}
        names = {"ended": ENDED, "sent": SENT, "photos": PHOTOS, "languages": LANGUAGES}
        reasons = self._services.desk_rules.reasons
        title, status = f"客服案件 {view.line.number}", 400 if wrong else 200
        own = {"message": uuid.uuid4(), "longest": LONGEST_ANSWER}  # sent twice, it is the same message
        return show("thread.html", title, status, reasons=reasons, **own, **values, **names)

    def _by_number(self, found: uuid.UUID | None) -> ResponseReturnValue:
        if found is None:
            return refused(StaffRuleError("沒有這個案件編號"), "threads")
        return redirect(url_for("staff.thread", thread=found))


class _Replies:
    """One method per route."""

    def __init__(self, services: StaffServices) -> None:
        self._services = services

    def look(self) -> ResponseReturnValue:
        """GET: the replies that are kept, each with its form."""
        with self._services.unit() as uow:
            kept = replies.every(uow)
        limits = {"longest": LONGEST_ANSWER, "longest_title": LONGEST_TITLE}
        return show("replies.html", "常用回覆", kept=kept, new=uuid.uuid4(), **limits)

    def keep(self) -> ResponseReturnValue:
        """POST: a reply, new or changed."""

        def deed() -> None:
            given = {name: field(name, 4 * LONGEST_ANSWER) for name in ("title", "zh", "en")}
            with self._services.unit() as uow:
                replies.keep(uow, form_id("id"), staff=member().actor, **given)

        return try_to(deed, "replies", "已儲存常用回覆。")

    def drop(self) -> ResponseReturnValue:
        """POST: delete a reply; answers that were made with it stay as they are."""

        def deed() -> None:
            with self._services.unit() as uow:
                replies.drop(uow, form_id("id"), staff=member().actor)

        return try_to(deed, "replies", "已刪除常用回覆。")
