"""An office with something on every page: rounds in each phase, people, money, requests that wait, notices."""

from dataclasses import dataclass

from sqlalchemy import text

from domain.accounts import AccountState
from domain.clock import city_date
from domain.phones import Mobile
from domain.staff import Role
from domain.vehicles import VehicleKind
from services.consents import Given
from services.desk.threads import Said
from services.passes.lots import LotView, PlanView
from tests.bot.running import BOT
from tests.campaigns.town import AGREED_AT, Town
from tests.clock import MovableClock
from tests.pay.world import World, bill
from tests.staff.office import Office, Person
from tests.staff.rehearsal import PRICE, announced, approval, drawn, planned, winner
from tests.staff.test_cases import apply, open_round
from tests.staff.test_floods import NOTICE, RIVER
from tests.staff.test_money import LARGE

DRAWN_LOT, WAITING_LOT, OTHER_LOT = "001", "002", "003"  # of a drawn round, an announced one, and of other people
CALLER, PLATE = "0900000000", "QRS-1234"  # the mobile of a registered citizen, the plate of an applicant
WHOLE = ("王小明", "0912345678", PLATE, "AAA-0001", "0900000001", CALLER)  # what no list shows
PICTURE = b"\xff\xd8\xff\xe0 made up"  # of a photo; it is passed on as it is kept


@dataclass(frozen=True)
class Words:
    """What people have typed. `person` is a name without its end, which a number or 明 gives."""

    lot: str = "大安地下停車場"
    person: str = "王小"
    plan: str = "一般月票"
    reason: str = "核對收據"
    place: str = "華中河濱公園"
    receipt: str = "A-1"


HOSTILE_WORD = '="><x-mark>'  # a formula for a sheet, an element for a page that forgets to escape
HOSTILE = Words(*[HOSTILE_WORD] * 6)


@dataclass(frozen=True)
class Staff:
    """Who works here. Chen and lin are the head office; hou has the drawn lot, hung another one."""

    chen: Person
    lin: Person
    hou: Person
    hung: Person
    wuly: Person
    sun: Person

    @property
    def by_role(self) -> dict[Role, Person]:
        """One of each role."""
        return {Role.HEAD: self.chen, Role.LOT: self.hou, Role.AUDIT: self.wuly, Role.SERVICE: self.sun}


def furnish(office: Office, words: Words = Words()) -> Staff:
    """Everything at once; all are logged in."""
    ended, waiting = planned(office, DRAWN_LOT, words.person), planned(office, WAITING_LOT, words.person)
    opened = open_round(office, DRAWN_LOT)
    office.lot(OTHER_LOT)
    staff = _staff(office)
    chen, lin = staff.chen, staff.lin
    with office.house.unit() as uow:
        lot = LotView(DRAWN_LOT, words.lot, "大安區", "龍門里", "金門街 1 號")
        office.house.lots.put(uow, lot, staff="test")
        plan = PlanView("general", words.plan, PRICE)
        office.house.lots.put_plan(uow, DRAWN_LOT, VehicleKind.CAR, "all-day", plan, staff="test")
    apply(office, opened, f"{words.person}明", plate=PLATE)
    apply(office, opened, "John Smith", "0987654321", "XYZ-9876")
    sold = {"entry_no": winner(drawn(chen, lin, ended)), "amount": str(PRICE), "receipt": words.receipt}
    chen.post(f"/draw/sell/{ended}", **sold)
    announced(chen, waiting)
    lin.post("/draws/arm", draw=[waiting], reason=words.reason)
    file = {"month": ended.split("/")[1], "lot": DRAWN_LOT, "rehearsal": "1", "reason": words.reason}
    lin.post("/sales/ask", **file)
    chen.post("/sales/ask", **file)
    lin.post("/sales/decide", id=approval(lin.get("/sales").text), approve="1")
    _money(office, staff, words)
    _citizen(office, words)
    chen.post("/agencies/add", code="TST", name=words.lot)
    chen.post("/agencies/TST/key", scopes=["bills"])
    chen.post("/floods/send", **(NOTICE | {"place": words.place}))
    chen.post("/halts/stop", what="money", zh=words.reason, en=words.reason)
    today = city_date(office.house.clock.now()).isoformat()
    chen.post("/own/deputy", deputy="lin", first=today, last=today)
    Person(office, "chen", office.app.test_client(), chen.secret).log_in()
    return staff


def _staff(office: Office) -> Staff:
    staff = Staff(
        office.person("chen", Role.HEAD),
        office.person("lin", Role.HEAD),
        office.person("hou", Role.LOT, DRAWN_LOT),
        office.person("hung", Role.LOT, OTHER_LOT),
        office.person("wuly", Role.AUDIT),
        office.person("sun", Role.SERVICE),
    )
    for person in (staff.chen, staff.lin, staff.hou, staff.hung, staff.wuly, staff.sun):
        assert person.log_in().status_code == 303
    return staff


def _money(office: Office, staff: Staff, words: Words) -> None:
    """A refund that waits for a second person, one that is owed, and an order that came to a stop."""
    world = World.build(office.house.engine)
    asked, owed, stopped = (_came(world, number, sum_) for number, sum_ in (("1", LARGE), ("2", LARGE), ("3", 1)))
    staff.lin.post("/refunds/ask", attempt=asked, amount=str(LARGE), reason=words.reason)
    staff.lin.post("/stopped/release", attempt=stopped, reason=words.reason)
    office.run(
        "INSERT INTO refund_due (attempt_id, order_id, amount, reason) "
        "SELECT attempt_id, order_id, amount, 'double' FROM payment WHERE attempt_id = :id",
        id=owed,
    )


def _came(world: World, number: str, came: int) -> str:
    """What came for a bill of LARGE; the attempt."""
    order = world.open(bill(f"VNB4810M874{number}", LARGE))
    world.start(order)
    trade = world.trade(order)
    world.bank.pay(trade, came)
    world.settle(order)
    return str(world.attempt_id(trade))


def _citizen(office: Office, words: Words) -> None:
    """Somebody registered, with a vehicle by the river, who has written to the service desk and sent a photo."""
    who, house = Town(office.house.unit, MovableClock()).person(RIVER), office.house
    with house.unit() as uow:
        consent = Given(house.consents.version, AGREED_AT)
        name = f"{words.person}民"
        house.accounts.keep(uow, BOT, who, AccountState.LIVE, mobile=Mobile(CALLER), name=name, consent=consent)
        house.threads.write(uow, BOT, who, Said(words.reason))
        house.threads.write(uow, BOT, who, Said(photo=True, message_id="42"))
    with house.unit() as uow:
        kept = "UPDATE thread_message SET photo = 'kept' WHERE photo IS NOT NULL RETURNING id"
        house.thread_book.keep_photo(uow, uow.connection.execute(text(kept)).scalar_one(), PICTURE)
