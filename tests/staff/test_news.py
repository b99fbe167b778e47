"""公告 and 答客問: written, looked at, kept, taken down, pushed; plain text, whatever is typed."""

import re
import uuid

import pytest
from sqlalchemy import text

from domain.campaigns import Quota
from domain.errors import OutsideError, Retry
from domain.staff import Role
from services.citytexts import plain
from tests.staff.office import Office, Person

FILES_OWN = "2026-11-21-my-data"  # config/announcements/
SCRIPT = "<script>alert(1)</script>"
NEWS = {
    "key": "",
    "version": "0",
    "published": "2020-01-01",
    "until": "",
    "place": "7",
    "zh.title": "停車場整修",
    "zh.body": "自 12 月 1 日起整修。\r\n請改停他處。",
    "en.title": "Works",
    "en.body": "The lot is closed from 1 December.",
}
QUESTION = {
    "key": "",
    "version": "0",
    "zh.ask": "身心障礙停車優惠怎麼申請？",
    "zh.answer": "請向監理機關申請。",
    "en.ask": "How to apply for disabled parking?",
    "en.answer": "Please apply at the motor vehicle office.",
    "words": "身障 愛心卡",
    "leads_to": "待繳",
    "place": "5",
}


class LineMonth:
    """LINE's month as a test has it; None: LINE does not answer."""

    def __init__(self) -> None:
        self.quota: Quota | None = Quota(1000, 10)

    def read(self) -> Quota:
        if self.quota is None:
            raise OutsideError("http_500", Retry.LATER)
        return self.quota


@pytest.fixture(autouse=True)
def month(office: Office) -> LineMonth:
    """Before anybody opens a page."""
    made = LineMonth()
    office.house.__dict__["line_quota"] = made
    return made


def citizens(office: Office, count: int) -> None:
    for number in range(count):
        office.run("INSERT INTO citizen (channel, line_id, language) VALUES ('U0', :id, 'zh-TW')", id=f"U{number}")


def current(office: Office) -> list[str]:
    """Titles as the chat shows them."""
    with office.house.unit() as uow:
        return [one.zh.title for one in office.house.announcements.current(uow)]


def own_key(page: str, kind: str) -> str:
    return re.search(rf'/staff/{kind}/edit/(own_[a-z]+)"', page).group(1)  # type: ignore[union-attr]


def test_an_announcement_is_looked_at_kept_changed_and_taken_down(office: Office, chen: Person) -> None:
    before = current(office)
    seen = chen.post("/news/preview", **NEWS).text
    assert "預覽，尚未儲存" in seen
    assert "請改停他處" in seen
    assert current(office) == before
    page = chen.post("/news/save", **NEWS).text
    assert "已儲存" in page
    assert current(office) == ["停車場整修", *before], "its place is above newer ones"
    key = own_key(page, "news")
    form = chen.get(f"/news/edit/{key}").text
    assert 'name="version" value="1"' in form
    changed = NEWS | {"key": key, "version": "1", "zh.title": "整修延期"}
    chen.post("/news/save", **changed)
    assert current(office)[0] == "整修延期"
    assert "剛被另一位同仁更改過" in chen.post("/news/save", **(changed | {"zh.title": "舊的"})).text
    assert current(office)[0] == "整修延期"
    assert "已下架" in chen.post(f"/news/shelf/{key}", shown="0", version="2").text
    assert current(office) == before
    assert "重新上架" in chen.post(f"/news/shelf/{key}", shown="1", version="3").text
    assert current(office)[0] == "整修延期"
    assert [action for actor, action in office.audit() if actor == "staff:chen"].count("announcement.written") == 4


def test_a_files_announcement_stays_down_and_is_replaced_by_what_staff_write(office: Office, chen: Person) -> None:
    (title,) = current(office)
    chen.post(f"/news/shelf/{FILES_OWN}", shown="0", version="0")
    assert current(office) == []
    chen.post("/news/save", **(NEWS | {"key": FILES_OWN, "version": "1"}))
    assert current(office) == [], "a change of the words does not put it up again"
    chen.post(f"/news/shelf/{FILES_OWN}", shown="1", version="2")
    assert current(office) == ["停車場整修"] != [title]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"zh.title": ""}, "請填寫「中文標題」"),
        ({"en.body": " \n "}, "請填寫「英文內容」"),
        ({"en.title": "x" * 61}, "「英文標題」最多 60 個字"),
        ({"until": "2019-12-31"}, "結束日不能早於開始日"),
        ({"published": "soon"}, "「開始日」不正確"),
        ({"place": "-1"}, "「順序」不正確"),
    ],
)
def test_what_does_not_fit_is_said_and_stays_in_the_form(
    office: Office, chen: Person, change: dict[str, str], why: str
) -> None:
    page = chen.post("/news/save", **(NEWS | {"zh.body": "不要遺失這段話"} | change)).text
    assert why in page
    assert "不要遺失這段話" in page
    assert "停車場整修" not in current(office)


def test_days_decide_what_is_shown(office: Office, chen: Person) -> None:
    before = current(office)
    page = chen.post("/news/save", **(NEWS | {"published": "2999-01-01"})).text
    assert "尚未開始" in page
    assert "已結束" in chen.post("/news/save", **(NEWS | {"until": "2020-01-02"})).text
    assert current(office) == before


def test_no_script_runs_and_nothing_hidden_is_kept(office: Office, chen: Person) -> None:
    hostile = NEWS | {"zh.title": SCRIPT, "zh.body": "a\u202eb\x07c\u200bd", "en.title": SCRIPT}
    page = chen.post("/news/save", **hostile).text
    assert SCRIPT not in page
    assert "&lt;script&gt;" in page
    for address in ("/news", f"/news/edit/{own_key(page, 'news')}"):
        assert SCRIPT not in chen.get(address).text
    assert SCRIPT not in chen.post("/news/preview", **hostile).text
    with office.house.unit() as uow:
        assert office.house.announcements.current(uow)[0].zh.body == "abcd"
    assert plain("👨\u200d👩 ok\r\nx\t") == "👨\u200d👩 ok\nx"


def test_it_is_pushed_after_a_look_at_how_many_and_once(office: Office, chen: Person, month: LineMonth) -> None:
    citizens(office, 3)
    key = own_key(chen.post("/news/save", **NEWS).text, "news")
    seen = chen.post(f"/news/push/{key}", to="all", version="1").text
    assert "<strong>3 人</strong>" in seen
    assert "LINE 3 人" in seen
    assert "公告本月還可使用 690 則" in seen
    assert "已開始推播" in chen.post(f"/news/send/{key}", to="all", version="1").text
    assert "一小時內已經發給同樣的對象" in chen.post(f"/news/send/{key}", to="all", version="1").text
    office.run("UPDATE campaign SET made_at = made_at - interval '61 minutes'")
    assert "已開始推播" in chen.post(f"/news/send/{key}", to="all", version="1").text
    assert ("staff:chen", "campaign.started") in office.audit()


def test_nothing_is_pushed_that_was_not_looked_at_or_cannot_be_paid_for(
    office: Office, chen: Person, month: LineMonth
) -> None:
    key = own_key(chen.post("/news/save", **NEWS).text, "news")
    assert "沒有人會收到" in chen.post(f"/news/send/{key}", to="all", version="1").text
    citizens(office, 3)
    month.quota = Quota(12, 7)
    assert "需要 3 則，本月可用於公告的只剩 2 則" in chen.post(f"/news/send/{key}", to="all", version="1").text
    month.quota = None
    assert "LINE 沒有回覆本月額度" in chen.post(f"/news/send/{key}", to="all", version="1").text
    assert "剛被更改過" in chen.post(f"/news/push/{key}", to="all", version="0").text
    assert chen.post(f"/news/push/{key}", to="moon", version="1").status_code == 400
    chen.post(f"/news/shelf/{key}", shown="0", version="1")
    assert "只能推播正在顯示的公告" in chen.post(f"/news/send/{key}", to="all", version="2").text
    with office.house.unit() as uow:
        assert uow.connection.execute(text("SELECT count(*) FROM campaign")).scalar() == 0


def test_a_question_is_found_by_its_words_as_soon_as_it_is_kept(office: Office, chen: Person) -> None:
    book = office.house.questions
    with office.house.unit() as uow:
        files = book.now(uow)
        assert book.now(uow) is files, "the index is made once"
    page = chen.post("/questions/save", **QUESTION).text
    assert "已儲存" in page
    with office.house.unit() as uow:
        now = book.now(uow)
    assert now.search("愛心卡")[0].zh.ask == QUESTION["zh.ask"]
    assert now.every[0].zh.ask == QUESTION["zh.ask"], "5 stands before the file's first"
    key = own_key(page, "questions")
    assert 'name="version" value="1"' in chen.get(f"/questions/edit/{key}").text
    chen.post(f"/questions/shelf/{key}", shown="0", version="1")
    with office.house.unit() as uow:
        assert book.now(uow).find(key) is None
        assert len(book.now(uow).every) == len(files.every)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"zh.ask": "x" * 41}, "「中文問題」最多 40 個字"),
        ({"en.answer": ""}, "請填寫「英文回答」"),
        ({"leads_to": "不存在的話"}, "要選清單裡的一項"),
        ({"place": "first"}, "「順序」不正確"),
    ],
)
def test_a_question_that_does_not_fit_is_not_kept(
    office: Office, chen: Person, change: dict[str, str], why: str
) -> None:
    assert why in chen.post("/questions/save", **(QUESTION | change)).text
    assert office.audit()[-1][1] != "question.written"


def test_a_new_question_is_offered_a_place_at_the_end_and_previewed(chen: Person) -> None:
    place = re.search(r'name="place"[^>]*value="(\d+)"', chen.get("/questions/new").text)
    assert place
    assert int(place.group(1)) >= 200
    seen = chen.post("/questions/preview", **QUESTION).text
    assert "預覽，尚未儲存" in seen
    assert "請向監理機關申請" in seen


def test_only_the_head_office_writes_and_what_is_not_there_is_not_there(office: Office, chen: Person) -> None:
    desk = office.person("lin", Role.SERVICE)
    desk.log_in()
    assert desk.get("/news").status_code == 403
    assert desk.post("/news/save", **NEWS).status_code == 403
    assert desk.post("/questions/save", **QUESTION).status_code == 403
    for path in ("/news/edit/x", "/questions/edit/x"):
        assert chen.get(path).status_code == 404
    assert chen.post("/news/save", **(NEWS | {"key": str(uuid.uuid4())})).status_code == 404
    assert chen.post("/news/save", **(NEWS | {"version": "x"})).status_code == 400
