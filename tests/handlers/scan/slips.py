"""The slips that citizens hold in these tests."""

from collections.abc import Callable
from datetime import date

from tests.slips import store_codes

NUMBER = "M8168111102840P"
OTHER = "M8168111102841P"
ROW = "PARKA,{number},{plate},car,parking,2026-11-16,2026-12-01,{amount},{amount},1,信義路四段,現場開單"
DUE = date(2026, 12, 1)
CODES = store_codes(NUMBER, 60, DUE)
WATER = "TWQRP://台北自來水/158/03/V1?D1=118000&D3=AVWYrjDqQES+&D4=20261231&D7=9112430446&D11=00,4614"
Send = Callable[..., None]
