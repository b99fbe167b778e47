"""申請案件管理: masked for everybody, whole with a reason; changed, withdrawn, proven, entered at the counter."""

import io
import uuid
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from domain.draw.entry import parse_receipt
from domain.phones import parse_mobile
from domain.plates import parse_plate
from domain.staff import Role
from domain.vehicles import VehicleKind
from services.passes.application import Application
from services.passes.lots import PlanView
from services.passes.rounds import NewRound
from tests.staff.office import Office, Person

NAME, MOBILE, PLATE = "王小明", "0912345678", "ABC-1234"
WHY = "當事人來電"


def open_round(office: Office, lot: str = "001") -> str:
    """A round that takes applications now."""
    office.lot(lot)
    with office.house.unit() as uow:
        for plan in (PlanView("general", "一般", 5760), PlanView("village", "優惠里", 4600, "L", ("龍門里",))):
            office.house.lots.put_plan(uow, lot, VehicleKind.CAR, "all-day", plan, staff="test")
        new = NewRound("2031-03", lot, VehicleKind.CAR, "all-day", "L:1,*:9")
        draw_id = office.house.rounds.plan(uow, new, staff="test").draw_id
    now = office.house.clock.now().replace(microsecond=0)  # as staff set times
    office.run(
        "UPDATE pass_round SET opens_at = :o, closes_at = :c, draw_at = :d, pay_by = :p WHERE draw_id = :id",
        id=draw_id,
        o=now - timedelta(days=3),
        c=now + timedelta(days=1),
        d=now + timedelta(days=2),
        p=now + timedelta(days=3),
    )
    return draw_id


def apply(office: Office, draw_id: str, name: str = NAME, mobile: str = MOBILE, plate: str = PLATE) -> uuid.UUID:
    """Somebody applies."""
    now = office.house.clock.now()
    wanted = Application(draw_id, parse_plate(plate), "general", parse_mobile(mobile), name, now, landline=None)
    with office.house.unit() as uow:
        return office.house.entries.apply(uow, wanted)[0].id


def receipt_of(person: Person, case: uuid.UUID) -> str:
    """The text of the receipt as it is printed once more."""
    return person.post(f"/case/{case}/receipt").text.split('<pre class="receipt">')[1].split("</pre>")[0]


@pytest.fixture
def draw_id(office: Office) -> str:
    return open_round(office)


@pytest.fixture
def lin(office: Office, draw_id: str) -> Person:
    assert draw_id
    person = office.person("lin", Role.LOT, "001")
    person.log_in()
    return person


def test_a_list_shows_nobody_whole(lin: Person, office: Office, draw_id: str) -> None:
    apply(office, draw_id)
    apply(office, draw_id, "John Smith", "0987654321", "XYZ-9876")
    page = lin.get(f"/cases?round={draw_id}").text
    for masked in ("王○明", "ABC-**34", "0912***678", "J***", "XYZ-**76", "0987***321"):
        assert masked in page
    for whole in (NAME, MOBILE, PLATE, "Smith", "9876</td>"):
        assert whole not in page


@pytest.mark.parametrize("form", [{"mobile": MOBILE, "plate": ""}, {"mobile": "", "plate": "abc1234"}])
def test_a_whole_number_or_plate_finds_and_still_masks(
    lin: Person, office: Office, draw_id: str, form: dict[str, str]
) -> None:
    apply(office, draw_id)
    page = lin.post("/cases/find", **form).text
    assert "王○明" in page
    assert NAME not in page
    assert "查無資料" in lin.post("/cases/find", mobile=MOBILE, plate="XYZ-9876").text, "both must fit"


@pytest.mark.parametrize(
    ("named", "found"),
    [({"lot": "001"}, True), ({"lot": "002"}, False), ({"month": "2031-03"}, True), ({"month": "2031-04"}, False)],
)
def test_a_search_is_narrowed_by_lot_and_month(
    lin: Person, office: Office, draw_id: str, named: dict[str, str], found: bool
) -> None:
    apply(office, draw_id)
    page = lin.post("/cases/find", mobile=MOBILE, plate="", **named).text
    assert ("王○明" in page, "查無資料" in page) == (found, not found)


def test_rounds_are_chosen_by_lot_and_month(office: Office, chen: Person) -> None:
    first, second = open_round(office), open_round(office, "002")
    apply(office, second)
    both = chen.get("/cases").text
    assert all(f"/staff/cases?round={one}" in both for one in (first, second)), "the newest month"
    page = chen.get("/cases?lot=002&month=2031-03").text
    assert "王○明" in page, "the only one is shown at once"
    assert '<option value="002" selected>' in page
    assert "沒有符合的期別" in chen.get("/cases?month=2031-04").text
    assert chen.get("/cases?round=2031-03/009/car/all-day").status_code == 404
    lin = office.person("lin", Role.LOT, "001")
    lin.log_in()
    assert "沒有申請案件" in lin.get("/cases?lot=001").text
    assert "沒有符合的期別" in lin.get("/cases?lot=002").text
    assert "002" not in lin.get("/cases").text


@pytest.mark.parametrize("form", [{"mobile": "0912", "plate": ""}, {"mobile": "", "plate": ""}])
def test_a_part_of_a_number_finds_nobody(lin: Person, office: Office, draw_id: str, form: dict[str, str]) -> None:
    apply(office, draw_id)
    page = lin.post("/cases/find", **form).text
    assert "無法進行" in page
    assert "王○明" not in page


def test_a_mask_is_not_found_out_by_trying(office: Office, draw_id: str) -> None:
    """ABC-**34 leaves a hundred plates to try; who tries them is stopped, and the audit has it."""
    office.limits_on = True
    apply(office, draw_id)
    tries = {login: office.person(login, Role.LOT, "001") for login in ("lin", "wuming")}
    for person in tries.values():
        person.log_in()
    assert "王○明" in tries["lin"].post("/cases/find", mobile="", plate=PLATE).text
    answers = [tries["lin"].post("/cases/find", mobile="", plate=f"ABC-{n:04}").status_code for n in range(21)]
    assert answers == [200] * 20 + [429]
    assert "查無資料" in tries["wuming"].post("/cases/find", mobile="", plate="ABC-0001").text, "others go on working"
    assert office.audit().count(("staff:lin", "entries.searched")) == 21


def test_a_receipt_printed_again_is_in_the_audit(lin: Person, office: Office, draw_id: str) -> None:
    case = apply(office, draw_id)
    assert "<svg" in lin.post(f"/case/{case}/receipt").text
    assert ("staff:lin", "entry.receipt") in office.audit()


def test_one_row_is_shown_whole_with_a_reason_that_is_kept(lin: Person, office: Office, draw_id: str) -> None:
    case = apply(office, draw_id)
    assert NAME not in lin.get(f"/case/{case}").text
    assert "請寫下原因" in lin.post(f"/case/{case}/unmask", reason="  ").text
    page = lin.post(f"/case/{case}/unmask", reason=WHY).text
    assert all(whole in page for whole in (NAME, MOBILE, PLATE))
    assert NAME not in lin.get(f"/case/{case}").text, "this once"
    assert ("staff:lin", "entry.unmasked") in office.audit()


def test_what_is_in_another_lot_does_not_exist(lin: Person, office: Office) -> None:
    elsewhere = open_round(office, "002")
    case = apply(office, elsewhere)
    assert lin.get(f"/cases?round={elsewhere}").status_code == 404
    assert "查無資料" in lin.post("/cases/find", mobile=MOBILE, plate="").text
    assert lin.get(f"/case/{case}").status_code == 404
    assert lin.get(f"/list/excel/{elsewhere}").status_code == 404
    assert lin.get(f"/list/print/{elsewhere}").status_code == 404
    assert lin.get(f"/cases/enter/{elsewhere}").status_code == 404
    for deed in ("unmask", "change", "withdraw", "qualify", "receipt"):
        form = {"reason": WHY, "plate": "", "mobile": "", "plan": "general", "verdict": "passed", "pool": "L"}
        assert lin.post(f"/case/{case}/{deed}", **form).status_code == 404
    assert lin.get(f"/case/{uuid.uuid4()}").status_code == 404


def test_a_changed_case_is_a_new_entry_with_a_receipt(lin: Person, office: Office, draw_id: str) -> None:
    case = apply(office, draw_id)
    form = {"plate": "abc-5678", "mobile": "", "plan": "general", "reason": WHY}
    page = lin.post(f"/case/{case}/change", **form).text
    receipt = parse_receipt(page.split('<pre class="receipt">')[1].split("</pre>")[0])
    assert receipt.proves("ABC-5678", MOBILE)
    assert "已修改（換新申請）" in lin.get(f"/case/{case}").text
    actions = [action for actor, action in office.audit() if actor == "staff:lin"]
    assert actions[-3:] == ["entry.changed", "entry.made", "entry.changed"]
    assert "無法進行" in lin.post(f"/case/{case}/change", **form).text, "it has ended"


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"plate": "", "mobile": ""}, "請輸入要修改的"),
        ({"plate": "??", "mobile": ""}, "車牌"),
        ({"plate": "", "mobile": "12"}, "手機號碼"),
    ],
)
def test_a_change_that_is_none_is_explained(
    lin: Person, office: Office, draw_id: str, form: dict[str, str], why: str
) -> None:
    case = apply(office, draw_id)
    assert why in lin.post(f"/case/{case}/change", plan="general", reason=WHY, **form).text
    assert "有效" in lin.get(f"/case/{case}").text


def test_a_name_is_written_anew_and_the_receipt_stays(lin: Person, office: Office, draw_id: str) -> None:
    case = apply(office, draw_id)
    before = receipt_of(lin, case)
    form = {"plate": "", "mobile": "", "plan": "general", "reason": WHY}
    assert "請輸入姓名" in lin.post(f"/case/{case}/change", name="王<小明", **form).text
    assert "請寫下原因" in lin.post(f"/case/{case}/change", name="王曉明", **(form | {"reason": ""})).text
    page = lin.post(f"/case/{case}/change", name="王曉明", landline="02-29338229", **form).text
    assert "申請編號與收據不變" in page
    assert "<dd>有效</dd>" in page
    assert receipt_of(lin, case) == before
    whole = lin.post(f"/case/{case}/unmask", reason=WHY).text
    assert "王曉明" in whole
    assert "02-29338229" in whole
    lin.post(f"/case/{case}/change", landline="-", **form)
    assert "市內電話</dt>" not in lin.get(f"/case/{case}").text
    made = lin.post(f"/case/{case}/change", name="王大明", **(form | {"plate": "XYZ-9876"})).text
    assert parse_receipt(made.split('<pre class="receipt">')[1].split("</pre>")[0]).proves("XYZ-9876", MOBILE)
    assert ("staff:lin", "entry.corrected") in office.audit()


def test_after_the_freeze_nothing_is_corrected_but_the_receipt_is_printed(
    lin: Person, office: Office, draw_id: str
) -> None:
    case = apply(office, draw_id)
    before = receipt_of(lin, case)
    office.run("UPDATE pass_round SET phase = 'frozen'")
    form = {"plate": "", "mobile": "", "plan": "general", "reason": WHY}
    assert "登記清單已截止" in lin.post(f"/case/{case}/change", name="王曉明", **form).text
    page = lin.get(f"/case/{case}").text
    assert "列印收據" in page
    assert "修改案件" not in page
    assert receipt_of(lin, case) == before


def test_without_a_reason_nothing_is_changed(lin: Person, office: Office, draw_id: str) -> None:
    case = apply(office, draw_id)
    form = {"plate": "abc-5678", "mobile": "", "plan": "general"}
    assert "請寫下原因" in lin.post(f"/case/{case}/change", reason=" ", **form).text
    assert "請寫下原因" in lin.post(f"/case/{case}/withdraw", reason=" ").text
    assert "<dd>有效</dd>" in lin.get(f"/case/{case}").text


def test_withdrawn_and_ineligible_are_said(lin: Person, office: Office, draw_id: str) -> None:
    first, second = apply(office, draw_id), apply(office, draw_id, mobile="0987654321", plate="XYZ-9876")
    assert "已撤回申請" in lin.post(f"/case/{first}/withdraw", reason=WHY).text
    verdict = {"verdict": "ineligible", "pool": "L", "reason": "非里民"}
    assert "資格不符" in lin.post(f"/case/{second}/qualify", **verdict).text


def test_a_proven_pool_gives_a_new_receipt(lin: Person, office: Office, draw_id: str) -> None:
    case = apply(office, draw_id)
    assert 'value="passed" required' in lin.get(f"/case/{case}").text, "nothing is chosen for whoever judges"
    assert "請選擇審查結果" in lin.post(f"/case/{case}/qualify", pool="L", reason="核對身分證").text
    page = lin.post(f"/case/{case}/qualify", verdict="passed", pool="L", reason="核對身分證").text
    receipt = parse_receipt(page.split('<pre class="receipt">')[1].split("</pre>")[0])
    assert receipt.pool == "L"
    assert receipt.proves(PLATE, MOBILE)


def test_the_counter_enters_and_prints(lin: Person, office: Office, draw_id: str) -> None:
    form = {"name": NAME, "mobile": "0912-345-678", "plate": PLATE, "plan": "general", "landline": "02-29338229"}
    page = lin.post(f"/cases/enter/{draw_id}", **form).text
    assert "<svg" in page
    receipt = parse_receipt(page.split('<pre class="receipt">')[1].split("</pre>")[0])
    assert receipt.proves(PLATE, MOBILE)
    no_draw = lin.post(f"/cases/enter/{draw_id}", **(form | {"plate": "軍C-21110"})).text
    assert "這種車牌不能參加抽籤" in no_draw, "the counter is not sent to the counter"
    again = lin.post(f"/cases/enter/{draw_id}", **form)
    assert again.status_code == 400
    assert "一車一期限申請一次" in again.text
    assert 'value="王小明"' in again.text, "nothing typed is lost"


def test_the_list_for_the_board_is_masked_and_names_its_hash(lin: Person, office: Office, draw_id: str) -> None:
    apply(office, draw_id, name="=HYPERLINK(1)")
    withdrawn = apply(office, draw_id, mobile="0987654321", plate="XYZ-9876")
    lin.post(f"/case/{withdrawn}/withdraw", reason=WHY)
    sheet = load_workbook(io.BytesIO(lin.get(f"/list/excel/{draw_id}").data)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[-1][2:5] == ["=***", "ABC-**34", "0912***678"]
    assert sheet.cell(sheet.max_row, 3).data_type == "s", "text, not a formula"
    assert any("清單尚未凍結" in str(row[0]) for row in rows)
    for name in ("停車場", "抽籤月份", "列印時間", "清單雜湊（SHA-256）"):
        assert any(str(row[0]).startswith(f"{name}：") for row in rows)
    assert sheet.print_title_rows == f"$1:${len(rows) - 1}", "all that on every page"
    assert "核章" in (sheet.oddFooter.left.text or "")
    assert "&P" in (sheet.oddFooter.right.text or "")
    page = lin.get(f"/list/print/{draw_id}").text
    assert "登記件數：1" in page
    assert "承辦人核章" in page
    assert MOBILE not in page


def test_names_that_are_markup_stay_words(lin: Person, office: Office, draw_id: str) -> None:
    case = apply(office, draw_id, name="<script>x")
    page = lin.post(f"/case/{case}/unmask", reason=WHY).text
    assert "<script>" not in page
    assert "&lt;script&gt;x" in page
