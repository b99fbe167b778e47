"""What staff read where a page cannot be shown: in the back office's own frame, with the way on."""

from collections.abc import Mapping

from flask import Response, abort, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from web.backoffice.room import show
from web.security import MOST_BODY_BYTES

STALE = ("表單已過期", "請回上一頁，重新整理之後再送出。剛才的內容沒有儲存。")
OTHER = ("無法完成這個動作", "送出的內容不完整或不正確。請回上一頁，重新整理之後再試；剛才的內容沒有儲存。")
WORDS: Mapping[int, tuple[str, str]] = {
    403: ("沒有權限", "您的角色不能使用這個功能。工作上需要時，請洽管理人員調整角色或設定職務代理人。"),
    404: ("找不到這一頁", "網址可能不正確，資料可能已經刪除，或不屬於您負責的停車場。"),
    413: ("檔案太大", f"一次最多 {MOST_BODY_BYTES // 1024 // 1024} MB。請縮小或分成幾個檔案，再送一次。"),
    429: ("請稍候再試", "短時間內的操作太多。查無資料的查詢與錯誤的密碼，每小時也有次數限制。"),
}


def page(error: HTTPException) -> Response:
    """The page of an error."""
    status = error.code or 500
    title, words = STALE if isinstance(error, CSRFError) else WORDS.get(status, OTHER)
    return show("error.html", title, status, words=words)


def refuse_nul() -> None:
    """PostgreSQL keeps no NUL character, and no page of ours sends one: 400 instead of a failure further in."""
    sent = [request.path, *(value for _, values in (*request.args.lists(), *request.form.lists()) for value in values)]
    if any("\0" in value for value in sent):
        abort(400)


def keep_nothing(response: Response) -> Response:
    """Pages and files hold personal data: neither the browser nor a proxy keeps them."""
    if request.endpoint != "staff.static":
        response.headers["Cache-Control"] = "no-store"
    return response
