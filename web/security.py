"""What every answer of the web has: strict headers, a size limit, a request id, one access line, a kind error page."""

import hashlib
import secrets
import time
from base64 import b64encode
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, g, jsonify, render_template_string, request
from werkzeug.exceptions import HTTPException, InternalServerError

from infra import metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MOST_BODY_BYTES = 2 * 1024 * 1024  # a webhook has some kilobytes; rooms that take photos say so themselves
MOST_FORM_BYTES = 256 * 1024
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})  # asked every few seconds; a line each would bury the others

STYLE = (
    "body{margin:0;min-height:100vh;display:grid;place-items:center;background:#f5f6f4;color:#22302b;"
    "font:1.125rem/1.6 system-ui,'Noto Sans TC','Noto Sans CJK TC',sans-serif}"
    "main{max-width:32rem;padding:2rem}h1{font-size:1.5rem;margin:0 0 .5rem}p{margin:.25rem 0}.en{color:#4d5b55}"
)
PAGE = (
    '<!doctype html><html lang="zh-Hant-TW"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
    "<title>{{ zh }}</title><style>" + STYLE + "</style></head><body><main><h1>{{ zh }}</h1><p>{{ zh_help }}</p>"
    '<p class="en" lang="en">{{ en }}</p>{% if number %}<p class="en">{{ number }}</p>{% endif %}</main></body></html>'
)
TEXTS = {
    404: (
        "找不到這個頁面",
        "網址可能打錯或已失效，請回到 LINE 對話重新開啟。",
        "This page does not exist, or no longer.",
    ),
    405: ("這個動作無法進行", "請回到上一頁再試一次。", "This action is not possible here."),
    413: ("內容太大", "請縮小後再傳一次。", "What was sent is too large."),
    429: ("請稍候再試", "短時間內的請求太多，請過一分鐘再試。", "Too many requests. Please try again in a minute."),
    500: (
        "系統發生問題",
        "我們已經收到通知，請過幾分鐘再試。",
        "Something went wrong on our side. Please try again later.",
    ),
    503: ("服務暫時停止", "請過幾分鐘再試。", "The service is briefly unavailable. Please try again later."),
}
OTHER = ("無法完成這個請求", "請回到上一頁再試一次。", "This request could not be completed.")
POLICY = (
    "default-src 'none'; style-src 'self' 'sha256-"
    + b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    + "'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
HSTS = "max-age=31536000"

log = structlog.get_logger(__name__)


def protect(app: Flask, *, public_url: str) -> None:
    """Give every route of `app` the defaults; a room's own headers win over them."""
    secure = urlsplit(public_url).scheme == "https"
    app.config.update(
        MAX_CONTENT_LENGTH=MOST_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MOST_FORM_BYTES,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
    )
    app.wsgi_app = _whole_bodies(app.wsgi_app)  # type: ignore[method-assign]
    app.before_request(_begin)
    app.register_error_handler(HTTPException, _error_page)
    app.register_error_handler(Exception, _broken)

    @app.after_request
    def finish(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if secure:
            response.headers.setdefault("Strict-Transport-Security", HSTS)
        if response.mimetype == "text/html":
            response.headers.setdefault("Cache-Control", "no-store")
        _told(response.status_code)
        return response


def _whole_bodies(inside: "WSGIApplication") -> "WSGIApplication":
    """gunicorn lets a body end where its sender stopped, so a form cut off half way would pass for a whole one: where
    a length was announced, werkzeug counts, and refuses what is short of it.
    """

    def door(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH"):
            environ.pop("wsgi.input_terminated", None)
        return inside(environ, start_response)

    return door


def _begin() -> None:
    g.began = time.perf_counter()
    g.request_id = secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _told(status: int) -> None:
    """One access line: the route's rule, never its path, which may hold a token. With the sender, as LINE advises."""
    rule = request.url_rule.rule if request.url_rule else "(none)"
    method = request.method if request.method in {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"} else "(other)"
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    metrics.REQUESTS.labels(method, rule, str(status)).observe(seconds)
    if rule not in QUIET:
        log.info(
            "request", method=method, rule=rule, status=status, ms=round(seconds * 1000, 1), ip=request.remote_addr
        )


def _broken(error: Exception) -> Response:
    log.error("request_failed", exc_info=error)
    return _error_page(InternalServerError())


def _error_page(error: HTTPException) -> Response:
    """The same few words for everybody; the number leads whoever has the logs to what happened."""
    status = error.code or 500
    if 300 <= status < 400:
        return Response(error.get_response())
    zh, zh_help, en = TEXTS.get(status, OTHER)
    number = g.get("request_id", "") if status >= 500 else ""
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        response = jsonify({"error": en, "request_id": number} if number else {"error": en})
    else:
        page = render_template_string(PAGE, zh=zh, zh_help=zh_help, en=en, number=number and f"編號 {number}")
        response = Response(page, mimetype="text/html")
    response.status_code = status
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after"}:
            response.headers[name] = value
    return response
