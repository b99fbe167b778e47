"""The page in a browser, against a bot that repeats what it hears: citizens, talk, menu, tray and log."""

import json
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.console.samples import bubble, button, flex, postback, text
from web.console.chats import Try

pytestmark = pytest.mark.browser


def say(phone, content):
    phone.get_by_label("輸入訊息").fill(content)
    phone.get_by_role("button", name="傳送", exact=True).click()


def add(page, name, language="zh-Hant"):
    page.get_by_role("button", name="新增市民").click()
    page.get_by_label("名稱").fill(name)
    page.locator("dialog select").select_option(language)
    page.get_by_role("dialog").get_by_role("button", name="新增市民").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def citizen(phone):
    return phone.get_attribute("data-citizen")


def test_what_is_said_is_heard_answered_and_marked_as_read(page, app):
    phone = page.locator(".phone")
    say(phone, "待繳 👨‍👩‍👧")
    expect(phone.locator(".is-mine .bubble")).to_have_text("待繳 👨‍👩‍👧")
    expect(phone.locator(".is-theirs .bubble").last).to_have_text("回聲 待繳 👨‍👩‍👧")
    expect(phone.locator(".mark")).to_have_text("已讀")
    assert app.heard[-1]["source"] == {"type": "user", "userId": phone.get_attribute("data-citizen")}


def test_markup_stays_text_everywhere(page, app):
    nasty = "<img src=x onerror=document.title='broken'>"
    add(page, nasty[:20])
    phone = page.locator(".phone").first
    say(phone, nasty)
    expect(phone.locator(".is-theirs .bubble").last).to_have_text(f"回聲 {nasty}")
    app.push(
        flex(bubble({"type": "text", "text": nasty}, button(postback(label=nasty[:40], data="x")))), to=citizen(phone)
    )
    expect(phone.locator(".flex-text")).to_have_text(nasty)
    app.letter(nasty)
    expect(page.locator(".letter-text")).to_have_text(nasty)
    expect(page.locator(".owner-name").nth(1)).to_have_text(nasty[:20])
    assert page.title() == "停車通 · 本機的 LINE"
    assert page.locator("img[src='x']").count() == 0


def test_photo_location_and_sticker(page, app):
    out = BytesIO()
    Image.new("RGB", (40, 30), "#0B4F8A").save(out, "PNG")
    page.locator("input[type=file]").set_input_files(
        {"name": "slip.png", "mimeType": "image/png", "buffer": out.getvalue()}
    )
    expect(page.get_by_text('message {"type":"image"}')).to_be_visible()
    expect(page.get_by_alt_text("照片")).to_be_visible()
    assert page.get_by_alt_text("照片").evaluate("async (e) => { await e.decode(); return e.naturalWidth }") == 40
    assert app.console.memory.contents[app.heard[-1]["message"]["id"]].data == out.getvalue()
    page.get_by_role("button", name="傳送位置").click()
    page.get_by_label("地點").fill("大安")
    page.get_by_role("dialog").get_by_role("button", name="傳送").click()
    expect(page.get_by_text('message {"type":"location","title":"大安"}')).to_be_visible()
    page.get_by_role("button", name="傳送貼圖").click()
    expect(page.get_by_role("img", name="貼圖 446/1988")).to_be_visible()
    expect(page.get_by_text('message {"type":"sticker"}')).to_be_visible()
    assert [e["message"]["type"] for e in app.heard if e["type"] == "message"] == ["image", "location", "sticker"]


def test_the_drawn_menu_and_a_deployed_one(page, app):
    page.get_by_role("button", name="待繳", exact=True).click()
    expect(page.get_by_text("回聲 待繳")).to_be_visible()
    page.locator(".owner-language").select_option("en")
    expect(page.get_by_role("button", name="To pay")).to_be_visible()
    bounds = {"x": 400, "y": 0, "width": 400, "height": 400}
    wanted = {"size": {"width": 800, "height": 400}, "selected": True, "name": "x", "chatBarText": "新選單"}
    wanted["areas"] = [{"bounds": bounds, "action": postback(label="右半", data="right")}]
    made = json.loads(app.call("richmenu", wanted).body)["richMenuId"]
    out = BytesIO()
    Image.new("RGB", (800, 400), "#F1F4F8").save(out, "PNG")
    headers = {"Authorization": "Bearer token-of-the-test", "Content-Type": "image/png"}
    assert (
        app.console.platform.answer("POST", f"/v2/bot/richmenu/{made}/content", headers, out.getvalue()).status == 200
    )
    app.call(f"user/all/richmenu/{made}", {})
    page.get_by_role("button", name="右半").click()
    expect(page.get_by_text('postback {"data":"right"}')).to_be_visible()
    expect(page.locator(".menu-bar")).to_have_text("新選單")
    box_ = page.get_by_role("button", name="右半").bounding_box()
    menu = page.locator(".menu").bounding_box()
    assert box_["x"] - menu["x"] == pytest.approx(menu["width"] / 2, abs=2)


def test_blocking_stops_everything_until_it_is_undone(page, app):
    page.get_by_role("button", name="封鎖", exact=True).click()
    expect(page.get_by_text("已封鎖")).to_be_visible()
    expect(page.locator(".calls tbody tr").first).to_contain_text("unfollow")
    assert app.heard[-1]["type"] == "unfollow"
    expect(page.get_by_label("輸入訊息")).to_be_disabled()
    app.push(text("看不到"))
    page.get_by_role("button", name="解除封鎖").click()
    expect(page.get_by_text("follow {}")).to_have_count(2)
    assert app.heard[-1]["follow"] == {"isUnblocked": True}
    assert page.get_by_text("看不到").count() == 0


def test_two_citizens_side_by_side_and_one_removed(page, app):
    add(page, "Amy", "en")
    first, second = page.locator(".phone").nth(0), page.locator(".phone").nth(1)
    expect(second).to_be_visible()
    say(second, "hello")
    expect(second.get_by_text("回聲 hello")).to_be_visible()
    assert first.get_by_text("hello").count() == 0
    profile = app.console.memory.users[citizen(second)]
    assert (profile.display_name, profile.language) == ("Amy", "en")
    page.reload()
    expect(page.locator(".phone").nth(1).get_by_text("回聲 hello")).to_be_visible()
    page.locator(".phone").nth(0).get_by_role("button", name="移除").click()
    expect(page.locator(".phone")).to_have_count(1)
    expect(page.locator(".owner-name")).to_have_text("Amy")


def test_a_failed_webhook_and_a_refused_message_are_told(page, app):
    app.status = 503
    say(page.locator(".phone"), "有人嗎")
    expect(page.locator(".mark.is-bad")).to_have_text("未送達 (503)")
    expect(page.locator(".calls tr.is-bad").first).to_contain_text("503")
    answer = page.request.post(
        app.url + "/v2/bot/message/push",
        data={"to": citizen(page.locator(".phone")), "messages": [text("")]},
        headers={"Authorization": "Bearer token-of-the-test"},
    )
    assert answer.status == 400
    expect(page.locator(".reason")).to_contain_text("messages[0].text: Length must be between 1 and 5000")


def test_the_loading_animation_ends_with_the_next_message(page, app):
    app.call("chat/loading/start", {"chatId": citizen(page.locator(".phone"))})
    expect(page.get_by_role("img", name="停車通 正在輸入")).to_be_visible()
    app.push(text("好了"))
    expect(page.locator(".typing")).to_be_hidden()


def test_the_page_says_what_is_worth_typing(page, app):
    expect(page.get_by_text("可以試的車牌")).to_have_count(0)
    app.tries.append(Try("ABC-1235", "<b>三筆</b>", "<b>three</b>"))
    tries = page.get_by_role("region", name="可以試的車牌")
    expect(tries.get_by_role("term")).to_have_text("ABC-1235")
    expect(tries.get_by_role("definition")).to_have_text("<b>三筆</b>")
    page.get_by_role("button", name="English").click()
    tries = page.get_by_role("region", name="Plates to try")
    expect(tries.get_by_role("definition")).to_have_text("<b>three</b>")


def test_the_tray_shows_text_messages_and_mail(page, app):
    app.letter("驗證碼 482913")
    app.letter("收據", "mail")
    expect(page.locator(".letter .tag")).to_have_text(["電子郵件", "簡訊"])
    expect(page.locator(".letter-text")).to_have_text(["收據", "驗證碼 482913"])


def test_one_citizen_fills_a_phones_screen(page, app):
    add(page, "Amy")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".phone:visible")).to_have_count(1)
    assert page.locator(".phone:visible").bounding_box()["width"] == 390
    page.get_by_role("button", name="王小明", exact=True).click()
    expect(page.locator(".phone:visible .owner-name")).to_have_text("王小明")
    page.get_by_role("button", name="收件匣與紀錄").click()
    expect(page.get_by_role("heading", name="呼叫紀錄")).to_be_visible()
    expect(page.locator(".phone:visible")).to_have_count(0)
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390


def test_the_page_in_english(page):
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("button", name="Add citizen")).to_be_visible()
    expect(page.get_by_label("Type a message")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en"
    page.reload()
    expect(page.get_by_role("heading", name="ParkLine · Local LINE")).to_be_visible()
