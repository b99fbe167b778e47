"""機關金鑰: made, shown once, replaced, ended; by the head office alone, and each of its own agency."""

import re
import uuid
from datetime import timedelta

import pytest

from domain.agencyapi import Scope
from domain.staff import Role
from services.agencyapi import keys
from services.orderbook import database_now
from tests.staff.office import Office, Person

CODE = "TXG01"


@pytest.fixture
def agency(office: Office, chen: Person) -> str:
    office.lot("001")
    assert "已新增機關" in chen.post("/agencies/add", code="txg01", name="臺中市").text
    return CODE


def made(page: str) -> str:
    """The key on the page of its making."""
    return re.search(r'<code class="long">(parkline_[\w-]+)</code>', page).group(1)  # type: ignore[union-attr]


def opens(office: Office, key: str) -> keys.Caller | None:
    with office.house.unit() as uow:
        return keys.caller(uow, key)


def ids(office: Office) -> list[uuid.UUID]:
    """The newest first."""
    with office.house.unit() as uow:
        return [one.id for one in keys.of(uow, CODE)]


def test_a_key_is_made_shown_once_and_opens_what_was_ticked(office: Office, chen: Person, agency: str) -> None:
    page = chen.post(f"/agencies/{agency}/key", scopes=["bills", "nonsense"], lots=["001"], days="30").text
    caller = opens(office, made(page))
    assert caller is not None
    assert (caller.code, caller.scopes, caller.lots) == (CODE, {Scope.BILLS, Scope.PASSES}, {"001"})
    again = chen.get(f"/agencies/{agency}").text
    assert "parkline_" not in again
    assert "帳單、月票（停車場 001）" in again
    assert ("staff:chen", "agency.key_made") in office.audit()


def test_a_replaced_key_holds_for_a_while_beside_the_new_one(office: Office, chen: Person, agency: str) -> None:
    old = made(chen.post(f"/agencies/{agency}/key", scopes=["bills"], days="30").text)
    (old_id,) = ids(office)
    new = made(chen.post(f"/agencies/{agency}/replace/{old_id}").text)
    assert new != old
    for key in (old, new):
        caller = opens(office, key)
        assert caller is not None
        assert caller.scopes == {Scope.BILLS}
    with office.house.unit() as uow:
        now = database_now(uow)
        ends = {one.id: one.ends_at for one in keys.of(uow, CODE)}
    assert ends[old_id] is not None
    assert timedelta(days=6) < ends[old_id] - now <= timedelta(days=keys.GRACE)
    assert timedelta(days=29) < ends[next(one for one in ends if one != old_id)] - now, "as long a life as the old one"
    office.run("UPDATE agency_key SET ends_at = now() WHERE id = :id", id=old_id)
    assert "已經停用" in chen.post(f"/agencies/{agency}/replace/{old_id}").text
    assert opens(office, old) is None


def test_a_key_without_an_end_is_replaced_by_another(office: Office, chen: Person, agency: str) -> None:
    chen.post(f"/agencies/{agency}/key", scopes=["bills"], days="")
    (old_id,) = ids(office)
    chen.post(f"/agencies/{agency}/replace/{old_id}")
    with office.house.unit() as uow:
        ends = {one.id: one.ends_at for one in keys.of(uow, CODE)}
    assert ends.pop(old_id) is not None
    assert list(ends.values()) == [None]


def test_an_ended_key_opens_nothing(office: Office, chen: Person, agency: str) -> None:
    key = made(chen.post(f"/agencies/{agency}/key", scopes=["bills"], days="").text)
    (key_id,) = ids(office)
    assert "已停用" in chen.post(f"/agencies/{agency}/end/{key_id}").text
    assert opens(office, key) is None
    assert "已經停用" in chen.post(f"/agencies/{agency}/end/{key_id}").text


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"scopes": [], "days": ""}, "一個以上的範圍"),
        ({"scopes": ["bills"], "days": "0"}, "正整數"),
        ({"scopes": ["bills"], "days": "x"}, "正整數"),
        ({"lots": ["../../x"], "days": ""}, "一個以上的範圍"),
    ],
)
def test_a_key_that_cannot_be(chen: Person, office: Office, agency: str, form: dict[str, object], why: str) -> None:
    assert why in chen.post(f"/agencies/{agency}/key", **form).text
    assert ids(office) == []


def test_an_agency_that_cannot_be(chen: Person, agency: str) -> None:
    assert "已經有這個代碼" in chen.post("/agencies/add", code=agency, name="x").text
    assert "大寫英文字母" in chen.post("/agencies/add", code="臺中", name="x").text
    assert chen.get("/agencies/NOBODY").status_code == 404


def test_another_agencys_key_is_not_there(office: Office, chen: Person, agency: str) -> None:
    chen.post("/agencies/add", code="OTHER", name="別的機關")
    key = made(chen.post("/agencies/OTHER/key", scopes=["bills"], days="").text)
    with office.house.unit() as uow:
        (theirs,) = keys.of(uow, "OTHER")
    for deed in ("end", "replace"):
        assert chen.post(f"/agencies/{agency}/{deed}/{theirs.id}").status_code == 404
    assert opens(office, key) is not None


def test_names_are_escaped(chen: Person) -> None:
    chen.post("/agencies/add", code="EVIL", name="<script>x</script>")
    for address in ("/agencies", "/agencies/EVIL", "/payments"):
        page = chen.get(address).text
        assert "<script>x" not in page
        assert "&lt;script&gt;x" in page


@pytest.mark.parametrize("role", [Role.SERVICE, Role.AUDIT])
def test_nobody_else_sees_them(office: Office, agency: str, role: Role) -> None:
    person = office.person("lin", role)
    person.log_in()
    assert person.get("/agencies").status_code == 403
    assert person.post(f"/agencies/{agency}/key", scopes=["bills"], days="").status_code == 403
