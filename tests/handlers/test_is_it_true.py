"""「這是真的嗎？」 in the chat: what is said of a pasted message, and one's real bills below it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from domain.bills import Why
from infra.settings import SettingsError
from services.official_sites import FILE, load_official_sites
from tests.flow import Flow
from tests.handlers.cities import CitiesInHand, bill
from tests.handlers.registered import bind

SMS = "【停管處】您有一筆停車費逾期未繳，請儘速至 {url} 繳納，以免受罰。"
FALSE = SMS.format(url="https://pay-taipei.cc/p?id=77")


@pytest.fixture
def driver(owner: Flow, plate: str, cities_in_hand: CitiesInHand) -> Flow:
    """A citizen with one vehicle that owes 40 元."""
    bind(owner, plate)
    cities_in_hand.bills = [bill(plate=plate)]
    return owner


def test_a_false_message_is_told_apart_with_the_real_bills_below(driver: Flow) -> None:
    answer = driver.say(FALSE)
    verdict, bills = answer.messages
    assert verdict["altText"] == "不是官方網址"
    assert "看起來像臺北市政府智慧支付平台，其實不是" in answer
    assert "pay-taipei[.]cc" in answer
    assert "pay-taipei.cc" not in answer, "no program may make a link of it"
    assert "請不要點連結" in answer
    assert answer.link("撥打 165") == "tel:165"
    assert bills["altText"] == "您有 1 筆停車費待繳，共 40 元"
    assert driver.waiting is None


def test_nothing_of_the_message_but_its_host_is_said_again(driver: Flow) -> None:
    answer = driver.say("https://evil.example/王小明?token=secret-77 停車費")
    assert "evil[.]example" in answer
    assert "secret" not in str(answer.messages)
    assert "王小明" not in str(answer.messages)


def test_no_address_is_asked_only_the_cities_are(driver: Flow, cities_in_hand: CitiesInHand) -> None:
    cities_in_hand.questions.clear()
    driver.say(SMS.format(url="http://127.0.0.1:9/"))
    assert len(cities_in_hand.questions) == 1


def test_an_official_address_is_called_so_and_the_bills_still_count(driver: Flow) -> None:
    answer = driver.say(SMS.format(url="https://pay.taipei/v2"))
    assert answer.messages[0]["altText"] == "是官方網址"
    assert "官方：臺北市政府智慧支付平台" in answer
    assert "以這裡查到的為準" in answer
    assert "40 元" in answer


def test_one_false_address_among_official_ones_decides(driver: Flow) -> None:
    answer = driver.say("https://pay.taipei/v2 https://pay.taipei@evil.example/")
    assert answer.messages[0]["altText"] == "不是官方網址"
    assert answer.shown.index("evil[.]example") < answer.shown.index("官方：臺北市")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("https://reurl.cc/abc", "看不出通往哪裡"),
        ("https://www.water.gov.tw/x", "政府機關的網域"),
        ("http://pay.taipei/", "連線方式不尋常"),
        ("您的停車費未繳，請立即回電 0900-000-000 處理", "沒有網址"),
    ],
)
def test_what_cannot_be_known_is_said_so(driver: Flow, text: str, said: str) -> None:
    answer = driver.say(text)
    assert answer.messages[0]["altText"] == "無法判斷真假"
    assert said in answer
    assert answer.link("撥打 165") == "tel:165"


def test_our_own_address_is_official(driver: Flow) -> None:
    assert "官方：停車通（本服務）" in driver.say("https://parking.example.gov.tw/p/abc")


def test_somebody_without_vehicles_is_led_to_their_bills(flow: Flow) -> None:
    answer = flow.say(FALSE)
    assert len(answer.messages) == 1
    assert "請輸入車牌" in flow.press("查我的待繳", answer)


def test_the_word_asks_for_the_message_then_takes_any(driver: Flow) -> None:
    asked = driver.say("這是真的嗎？")
    assert "不會打開連結" in asked
    assert asked.link("撥打 165") == "tel:165"
    assert driver.waiting == "message"
    assert driver.say("您中獎了").messages[0]["altText"] == "無法判斷真假"
    assert driver.waiting is None


def test_a_plate_typed_there_is_looked_up(driver: Flow, plate: str) -> None:
    driver.say("這是真的嗎")
    assert "請選擇車種" in driver.say(plate)
    assert "40 元" in driver.press("汽車")


@pytest.mark.parametrize("asks", ["待繳", "答客問"])
def test_a_message_pasted_where_something_else_is_asked_for_is_compared(flow: Flow, asks: str) -> None:
    flow.say(asks)
    assert flow.say(FALSE).messages[0]["altText"] == "不是官方網址"


def test_a_city_that_is_silent_is_not_nothing_due(driver: Flow, cities_in_hand: CitiesInHand) -> None:
    cities_in_hand.failing["TPE"] = Why.DOWN
    assert "暫時查不到" in driver.say(FALSE)


def test_a_question_of_ones_own_is_no_message_about_a_fee(flow: Flow) -> None:
    assert "您問的可能是" in flow.say("停車費逾期了怎麼辦，要去哪裡繳費才可以呢？")


def test_words_in_english(make_flow: Callable[..., Flow]) -> None:
    flow = make_flow(line_language="en")
    assert "Paste the SMS" in flow.say("Is this real?")
    answer = flow.say("Your parking fee is unpaid: https://pay-taipei.cc/x")
    assert answer.messages[0]["altText"] == "Not an official address"
    assert "looks like Taipei City's payment platform, but is not" in answer
    assert answer.link("Call 165") == "tel:165"


@pytest.mark.parametrize("display", ["大字", "純文字"])
def test_every_display(driver: Flow, display: str) -> None:
    driver.say(display)
    assert "不是官方網址" in driver.say(FALSE)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('host = "pay.taipei"', 'host = "pay.taipei/v2"', "site.0.host"),
        ('host = "pay.taipei"', 'host = "reurl.cc"', "reurl.cc cannot be official"),
        ('host = "pma.gov.tw"', 'host = "gov.tw"', "gov.tw cannot be official"),
        ("whole = true\n", "hole = true\n", "hole"),
    ],
)
def test_a_broken_list_stops_the_start_with_one_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    file = tmp_path / "official_sites.toml"
    text = FILE.read_text("utf-8")
    at = text.index(old) if old.startswith("host") else text.rindex(old)
    file.write_text(text[:at] + text[at:].replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError, match=told):
        load_official_sites("https://parking.example.gov.tw", file)
