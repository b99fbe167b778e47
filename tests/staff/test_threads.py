"""客服案件: read, answered once, closed with a reason; photos by themselves; replies kept; nobody else's case."""

import io
import re
import uuid

import pytest
from PIL import Image
from sqlalchemy import text

from domain.desk import LONGEST_ANSWER
from domain.reader import Language
from domain.staff import Role
from services.desk.threads import Case, Said
from tests.desk.services import PhotosInHand
from tests.staff.office import Office, Person

CHANNEL, CITIZEN = "U" + "0" * 32, "U" + "1" * 32
XSS = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def jpeg(colour: str = "red") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(made, "JPEG")
    return made.getvalue()


def write(office: Office, words: str = "我重複繳費了", citizen: str = CITIZEN, *, photo: str | None = None) -> Case:
    """A citizen writes, into their open case where there is one."""
    with office.house.unit() as uow:
        office.house.citizens.meet(uow, CHANNEL, citizen, "zh-Hant")
        said = Said(photo=True, message_id=photo) if photo else Said(words)
        return office.house.threads.write(uow, CHANNEL, citizen, said)


def fetch(office: Office, source: PhotosInHand) -> None:
    """Run the jobs of all photos that wait."""
    from services.desk.photos import ThreadPhotos

    photos = ThreadPhotos(office.house.thread_book, source, office.house.notices)
    with office.house.unit() as uow:
        waiting = uow.connection.execute(text("SELECT id FROM thread_message WHERE photo = 'waiting'")).scalars().all()
    for message in waiting:
        photos.fetch(office.house.unit, message)


def messages_in(page: str) -> list[str]:
    return re.findall(r'<p class="words">(.*?)</p>', page, re.DOTALL)


def rows(office: Office, query: str) -> list[tuple[object, ...]]:
    with office.house.unit() as uow:
        return [tuple(row) for row in uow.connection.execute(text(query))]


@pytest.fixture
def lin(office: Office) -> Person:
    person = office.person("lin", Role.SERVICE)
    person.log_in()
    return person


def test_what_is_to_be_answered_is_listed_with_what_is_unread(lin: Person, office: Office) -> None:
    first = write(office)
    write(office, "還有")
    other = write(office, citizen="U" + "2" * 32)
    page = lin.get("/threads").text
    assert page.index(first.number) < page.index(other.number), "who waits longest comes first"
    assert "2 則未讀" in page
    assert "待回覆（2）" in page
    lin.get(f"/thread/{first.id}")
    assert "2 則未讀" not in lin.get("/threads").text
    assert ("staff:lin", "thread.read") in office.audit()
    lin.post(f"/thread/{first.id}/answer", message=uuid.uuid4(), words="您好")
    assert first.number not in lin.get("/threads").text
    assert first.number in lin.get("/threads?shown=open").text


def test_a_case_is_found_by_its_number(lin: Person, office: Office) -> None:
    case = write(office)
    for number in (case.number, case.number.lower(), case.number.lstrip("C0")):
        answer = lin.get(f"/threads?number={number}")
        assert answer.headers["Location"].endswith(f"/thread/{case.id}")
    assert "沒有這個案件編號" in lin.client.get("/staff/threads?number=C999999", follow_redirects=True).text
    assert "沒有這個案件編號" in lin.client.get("/staff/threads?number=%27", follow_redirects=True).text


def test_an_answer_goes_out_once_however_often_its_form_is_sent(lin: Person, office: Office) -> None:
    case = write(office)
    page = lin.get(f"/thread/{case.id}").text
    message = page.split('name="message" value="')[1].split('"')[0]
    for _ in range(2):
        assert "已送出回覆" in lin.post(f"/thread/{case.id}/answer", message=message, words="退款已辦理\r\n請稍候").text
    assert messages_in(lin.get(f"/thread/{case.id}").text) == ["我重複繳費了", "退款已辦理\n請稍候"]
    assert rows(office, "SELECT count(*) FROM outbound_message WHERE topic = 'own_act'") == [(1,)]
    assert "傳送中" in lin.get(f"/thread/{case.id}").text
    office.run("UPDATE outbound_message SET ended_at = now(), outcome = 'pushed'")
    assert "已送達 LINE" in lin.get(f"/thread/{case.id}").text
    office.run("UPDATE notice SET failed = 'unreachable'")
    assert "未送達" in lin.get(f"/thread/{case.id}").text


@pytest.mark.parametrize("words", ["", "  \n ", "字" * (LONGEST_ANSWER + 1)])
def test_an_answer_that_cannot_go_is_kept_on_the_page(lin: Person, office: Office, words: str) -> None:
    case = write(office)
    answer = lin.post(f"/thread/{case.id}/answer", message=uuid.uuid4(), words=words)
    assert answer.status_code == 400
    assert "請寫下回覆" in answer.text
    assert words.strip() in answer.text, "nothing typed is lost"
    assert rows(office, "SELECT count(*) FROM outbound_message WHERE topic = 'own_act'") == [(0,)]


def test_a_case_closes_with_a_reason_and_its_citizen_is_asked(lin: Person, office: Office) -> None:
    case = write(office)
    assert "請選擇案件的原因" in lin.post(f"/thread/{case.id}/close", reason="").text
    assert "請選擇案件的原因" in lin.post(f"/thread/{case.id}/close", reason="made up").text
    page = lin.post(f"/thread/{case.id}/close", reason="double").text
    assert "已結束案件" in page
    assert "重複繳費與退款" in page
    assert "這個案件已經結束" in lin.post(f"/thread/{case.id}/close", reason="double").text
    late = lin.post(f"/thread/{case.id}/answer", message=uuid.uuid4(), words="還有一件事")
    assert "這個案件已經結束，回覆沒有送出" in late.text
    assert case.number in lin.get("/threads?shown=closed").text
    assert rows(office, "SELECT notice FROM notice") == [("thread_closed",)]
    assert ("staff:lin", "thread.closed") in office.audit()


def test_what_a_citizen_closed_gets_its_reason_later(lin: Person, office: Office) -> None:
    case = write(office)
    with office.house.unit() as uow:
        office.house.threads.end(uow, CHANNEL, CITIZEN)
        office.house.threads.judge(uow, CHANNEL, CITIZEN, case.id, satisfied=False)
    page = lin.get(f"/thread/{case.id}").text
    assert "民眾結束" in page
    assert "不滿意" in page
    assert "送出回覆" not in page
    assert "已登記原因" in lin.post(f"/thread/{case.id}/reason", reason="passes").text
    assert "月票申請與抽籤" in lin.get(f"/thread/{case.id}").text


def test_staff_open_a_case_again_with_a_reason(lin: Person, office: Office) -> None:
    case = write(office)
    path = f"/thread/{case.id}/open-again"
    assert "還在處理" in lin.post(path, why="x").text
    lin.post(f"/thread/{case.id}/close", reason="double")
    assert "請寫下原因" in lin.post(path, why=" ").text
    page = lin.post(path, why="款項查無").text
    assert "已重新開啟案件" in page
    assert "待回覆，重開 1 次" in page
    assert ("staff:lin", "thread.reopened") in office.audit()
    assert rows(office, "SELECT notice FROM notice ORDER BY notice") == [("thread_closed",), ("thread_reopened",)]
    with office.house.unit() as uow:
        assert office.house.threads.close_silent(uow) == 0, "it is our turn"


def test_a_case_is_not_opened_beside_another_nor_once_it_is_forgotten(lin: Person, office: Office) -> None:
    first = write(office)
    lin.post(f"/thread/{first.id}/close", reason="double")
    second = write(office, "另一件事")
    assert f"另一個案件 {second.number} 正在處理" in lin.post(f"/thread/{first.id}/open-again", why="x").text
    office.run("UPDATE thread SET channel = NULL, citizen = NULL WHERE id = :id", id=first.id)
    assert "不能重新開啟" in lin.post(f"/thread/{first.id}/open-again", why="x").text
    assert "重新開啟案件" not in lin.get(f"/thread/{first.id}").text
    assert lin.post(f"/thread/{uuid.uuid4()}/open-again", why="x").status_code == 404


def test_what_is_overdue_is_marked_in_the_list_and_on_the_first_page(lin: Person, office: Office) -> None:
    case = write(office)
    for path in ("/", "/threads"):
        assert "逾期" not in lin.get(path).text
    office.run("UPDATE thread SET waiting_since = now() - interval '30 days'")
    assert "1 件案件逾期未回覆" in lin.get("/threads").text
    assert "逾期（應於" in lin.get("/threads").text
    assert "1 件客服案件逾期未回覆" in lin.get("/").text
    lin.post(f"/thread/{case.id}/answer", message=uuid.uuid4(), words="您好")
    assert "逾期" not in lin.get("/threads?shown=open").text


def test_words_that_are_markup_stay_words(lin: Person, office: Office) -> None:
    case = write(office, XSS)
    lin.post(f"/thread/{case.id}/answer", message=uuid.uuid4(), words=XSS)
    lin.post("/replies/keep", id=uuid.uuid4(), title="<b>x", zh=XSS, en=XSS)
    for path in (f"/thread/{case.id}", "/replies", "/threads"):
        page = lin.get(path).text
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "<b>x" not in page
    assert messages_in(lin.get(f"/thread/{case.id}").text)[0].startswith("&lt;script&gt;")


def test_a_photo_is_shown_by_itself_and_nothing_else_of_its_file(lin: Person, office: Office) -> None:
    case = write(office, photo="501")
    assert "照片取得中" in lin.get(f"/thread/{case.id}").text
    source = PhotosInHand(jpeg() + b"<script>alert(1)</script>")
    fetch(office, source)
    assert source.asked == ["501"]
    path = re.search(rf"/thread/{case.id}/photo/[0-9a-f-]+", lin.get(f"/thread/{case.id}").text)
    assert path
    answer = lin.get(path[0])
    assert answer.mimetype == "image/jpeg"
    assert Image.open(io.BytesIO(answer.data)).size == (40, 30)
    assert b"script" not in answer.data
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert ("staff:lin", "thread.photo_seen") in office.audit()
    token = rows(office, "SELECT picture FROM thread_photo")[0][0]
    assert isinstance(token, bytes)
    assert b"JFIF" not in token


def test_a_photo_of_another_case_does_not_exist(lin: Person, office: Office) -> None:
    case, other = write(office, photo="501"), write(office, citizen="U" + "2" * 32)
    fetch(office, PhotosInHand(jpeg()))
    message = rows(office, "SELECT id FROM thread_photo")[0][0]
    assert lin.get(f"/thread/{case.id}/photo/{message}").status_code == 200
    assert lin.get(f"/thread/{other.id}/photo/{message}").status_code == 404
    for path in (f"/thread/{uuid.uuid4()}", f"/thread/{case.id}/photo/{uuid.uuid4()}"):
        assert lin.get(path).status_code == 404
    for deed in ("answer", "close", "reason"):
        form = {"message": uuid.uuid4(), "words": "x", "reason": "double"}
        assert lin.post(f"/thread/{uuid.uuid4()}/{deed}", **form).status_code == 404


@pytest.mark.parametrize("role", [Role.LOT, Role.AUDIT])
def test_a_case_is_the_desks_alone(office: Office, role: Role) -> None:
    case = write(office)
    office.lot("001")
    person = office.person("auditor", role, *(["001"] if role is Role.LOT else []))
    person.log_in()
    for path in ("/threads", f"/thread/{case.id}", "/replies", "/citizens"):
        assert person.get(path).status_code == 403


def test_replies_begin_an_answer_in_the_citizens_language(lin: Person, office: Office) -> None:
    case = write(office)
    reply = str(uuid.uuid4())
    keep = {"id": reply, "title": "退款 時程", "zh": "退款約需七天。", "en": "A refund takes a week."}
    assert "已儲存" in lin.post("/replies/keep", **keep).text
    assert "退款約需七天。</textarea>" in lin.get(f"/thread/{case.id}?reply={reply}").text
    with office.house.unit() as uow:
        office.house.citizens.choose_language(uow, CHANNEL, CITIZEN, Language.EN)
    assert "A refund takes a week.</textarea>" in lin.get(f"/thread/{case.id}?reply={reply}").text
    lin.post("/replies/keep", **{**keep, "en": "", "zh": "改了。"})
    assert "改了。</textarea>" in lin.get(f"/thread/{case.id}?reply={reply}").text
    assert "已有同名" in lin.post("/replies/keep", **{**keep, "id": str(uuid.uuid4())}).text
    assert "請寫下標題" in lin.post("/replies/keep", **{**keep, "title": " "}).text
    assert "請寫下中文回覆" in lin.post("/replies/keep", **{**keep, "zh": ""}).text
    assert "已刪除" in lin.post("/replies/drop", id=reply).text
    assert "沒有這則" in lin.post("/replies/drop", id=reply).text
    assert [action for _actor, action in office.audit() if action.startswith("reply.")] == [
        "reply.kept",
        "reply.kept",
        "reply.dropped",
    ]


def test_what_was_forgotten_or_taken_back_says_so(lin: Person, office: Office) -> None:
    case = write(office)
    office.run("UPDATE thread_message SET words = NULL")
    assert "（市民已收回）" in lin.get(f"/thread/{case.id}").text
    office.run("DELETE FROM thread_message")
    office.run("UPDATE thread SET state = 'closed', closed_at = now(), channel = NULL, citizen = NULL")
    page = lin.get(f"/thread/{case.id}").text
    assert "對話內容已依保存期限刪除" in page
