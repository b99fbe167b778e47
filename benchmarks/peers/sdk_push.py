"""The SDK peer of sending: a plain loop of push_message, one client kept, the cards given as data.

    PEER_CARDS=cards.json python -m benchmarks.peers.sdk_push SECONDS

Prints how many were sent and the seconds that took. In its favour: no rows, no retry keys, no order, nothing kept.
"""

import itertools
import os
import sys
import time
from pathlib import Path

import orjson
from linebot.v3.messaging import (
    ApiClient,
    Configuration,
    FlexContainer,
    FlexMessage,
    MessagingApi,
    PushMessageRequest,
)

WARM_UP = 100


def main() -> None:
    """Push until the time is over."""
    cards = orjson.loads(Path(os.environ["PEER_CARDS"]).read_bytes())
    configuration = Configuration(host=os.environ["LINE_API_URL"], access_token=os.environ["LINE_CHANNEL_ACCESS_TOKEN"])
    with ApiClient(configuration) as client:
        line = MessagingApi(client)
        sent, began = -WARM_UP, 0.0
        for to, message in itertools.cycle(cards):
            if sent == 0:
                began = time.perf_counter()
            card = FlexMessage(altText=message["altText"], contents=FlexContainer.from_dict(message["contents"]))
            line.push_message(PushMessageRequest(to=to, messages=[card]), _request_timeout=10)
            sent += 1
            if began and time.perf_counter() - began > float(sys.argv[1]):
                break
        print(sent, time.perf_counter() - began)


if __name__ == "__main__":
    main()
