"""A console with a bot behind it that repeats what it hears: one Flask app on the loopback, as `python app.py` is."""

import socket
import threading
from datetime import UTC, datetime

import orjson
from flask import Flask, Response, request
from werkzeug.serving import make_server

from infra.clock import SystemClock
from web.console.chats import Console, TrayItem
from web.console.lineapi.events import SIGNATURE_HEADER, sign
from web.console.page import page
from web.console.poster import callback_poster

SECRET = "secret-of-the-test"
TOKEN = "token-of-the-test"


class EchoApp:
    """Serves /callback, /console/ and /v2/bot/ until closed. `answers` maps a text to the messages it is answered
    with; `status` is what /callback says; `cards` are what the gallery shows."""

    def __init__(self, cards=None):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.answers, self.heard, self.tray, self.status = {}, [], [], 200
        self.tries = []
        self.console = Console(
            channel_secret=SECRET,
            access_token=TOKEN,
            own_address=self.url,
            clock=SystemClock(),
            post=callback_poster(f"{self.url}/callback"),
            tray=lambda: self.tray,
            tries=lambda: self.tries,
        )
        app = Flask("echo")
        app.register_blueprint(page(self.console, cards))
        app.post("/callback")(self._callback)
        self._server = make_server("127.0.0.1", port, app, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _callback(self):
        body = request.get_data()
        if request.headers.get(SIGNATURE_HEADER) != sign(body, SECRET):
            return Response(status=400)
        for event in orjson.loads(body)["events"]:
            self.heard.append(event)
            if self.status == 200 and event.get("replyToken"):
                self.call("message/reply", {"replyToken": event["replyToken"], "messages": self._answer(event)})
        return Response(status=self.status)

    def _answer(self, event):
        if event["type"] == "message" and event["message"]["type"] == "text":
            text = event["message"]["text"]
            return self.answers.get(text) or [{"type": "text", "text": f"回聲 {text}"}]
        told = event.get("postback") or event.get("message") or {}
        told = {key: value for key, value in told.items() if key in ("data", "params", "type", "title")}
        return [{"type": "text", "text": f"{event['type']} {orjson.dumps(told).decode()}"}]

    def call(self, path, body):
        """One call of the bot to the Messaging API."""
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        answer = self.console.platform.answer("POST", f"/v2/bot/{path}", headers, orjson.dumps(body))
        assert answer.status < 300, answer.body
        return answer

    def push(self, *messages, to=None):
        """Push to a citizen, the only one unless told."""
        chat = to or next(iter(self.console.memory.users))
        return self.call("message/push", {"to": chat, "messages": list(messages)})

    def letter(self, text, kind="sms"):
        """Something for the tray."""
        self.tray.append(TrayItem(str(len(self.tray)), kind, "0912***678", "", text, datetime.now(UTC)))
