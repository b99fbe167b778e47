"""A chat that is sent photos of slips."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from infra.database import UnitOfWorkFactory, make_engine
from tests import stores
from tests.flow import Flow
from tests.handlers.scan.slips import NUMBER, OTHER, ROW, Send
from tests.handlers.test_bill_number import taken
from tests.scanning.hands import SentPhotos
from tests.slips import jpeg, on_desk


@pytest.fixture(scope="module")
def chat_engine(_admin: stores.Admin, postgres_url: str, _template: str) -> Iterator[Engine]:
    """A ledger of these tests' own: elsewhere no agency has bills in it."""
    with stores.fresh_database(_admin, postgres_url, _template) as url:
        made = make_engine(url)
        yield made
        made.dispose()


@pytest.fixture
def ledger(chat_units: UnitOfWorkFactory) -> None:
    """Two bills of an agency, of two cars."""
    rows = [(NUMBER, "AAA-1111", 60), (OTHER, "BBB-2222", 40)]
    taken(chat_units, *(ROW.format(number=number, plate=plate, amount=amount) for number, plate, amount in rows))


@pytest.fixture
def send(flow: Flow, sent_photos: SentPhotos) -> Send:
    """Sends a photo of these slips, lying beside each other."""
    return lambda *slips: flow.send_photo(sent_photos.put(jpeg(on_desk(*slips))))
