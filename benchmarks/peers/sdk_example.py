"""The SDK peer: line-bot-sdk's own Flask example (its examples/flask-echo), made to answer a plate with its bills.

Same lookup (the ledger's statement on the same database, by psycopg), same card (what ParkLine sent, with this plate's
bills put in, through the SDK's models), answered inline. In its favour: one kept ApiClient and a pool of connections
instead of new ones per call, and none of duplicates, order per citizen, retries, orders, pay links and daily limits.
"""

import os
from pathlib import Path
from typing import Any

import orjson
from flask import Flask, abort, request
from linebot.v3 import WebhookHandler
from linebot.v3.exceptions import InvalidSignatureError
from linebot.v3.messaging import (
    ApiClient,
    Configuration,
    FlexContainer,
    FlexMessage,
    MessagingApi,
    ReplyMessageRequest,
)
from linebot.v3.webhooks import MessageEvent, TextMessageContent
from psycopg_pool import ConnectionPool

BILLS = """
SELECT agency, number, plate, kind, fee_item, parked_on, deadline, amount, pay_amount, hours, street, started_at,
    left_at, issued_how, prosecuted, notice_number,
    deadline < (now() AT TIME ZONE 'Asia/Taipei')::date AS overdue
FROM ledger_bill WHERE plate_key = %s AND car_type = 'C' AND status = 'open' ORDER BY number
"""
# The card of one plate as ParkLine sent it: {"plate", "numbers", "message"}.
SENT: dict[str, Any] = orjson.loads(Path(os.environ["PEER_CARD"]).read_bytes())
CARD: bytes = orjson.dumps(SENT["message"])
THREADS = int(os.environ["PEER_THREADS"])

app = Flask(__name__)
handler = WebhookHandler(os.environ["LINE_CHANNEL_SECRET"])
configuration = Configuration(host=os.environ["LINE_API_URL"], access_token=os.environ["LINE_CHANNEL_ACCESS_TOKEN"])
configuration.connection_pool_maxsize = max(THREADS, configuration.connection_pool_maxsize)
line = MessagingApi(ApiClient(configuration))
pool = ConnectionPool(os.environ["DATABASE_URL"], min_size=1, max_size=THREADS, open=True, kwargs={"autocommit": True})


@app.post("/callback")
def callback() -> str:
    """As in the example."""
    signature = request.headers["X-Line-Signature"]
    body = request.get_data(as_text=True)
    try:
        handler.handle(body, signature)
    except InvalidSignatureError:
        abort(400)
    return "OK"


@handler.add(MessageEvent, message=TextMessageContent)
def answer(event: MessageEvent) -> None:
    """Look the plate up and reply with its card."""
    plate = event.message.text
    with pool.connection() as connection:
        bills = connection.execute(BILLS, (plate.replace("-", ""),)).fetchall()
    card = CARD.replace(SENT["plate"].encode(), plate.encode())
    for sent, bill in zip(SENT["numbers"], bills, strict=True):
        card = card.replace(sent.encode(), bill[1].encode())
    message = orjson.loads(card)
    line.reply_message(
        ReplyMessageRequest(
            replyToken=event.reply_token,
            messages=[FlexMessage(altText=message["altText"], contents=FlexContainer.from_dict(message["contents"]))],
        )
    )
