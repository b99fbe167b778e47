"""What the bot sends, drawn and pressed in a browser."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.console.samples import action, box, bubble, button, flex, postback, quick, text

pytestmark = pytest.mark.browser


def draw(page, contents):
    """Draw Flex contents that the API would refuse, with the page's own renderer."""
    code = """async (contents) => {
        const { flexContainer } = await import('/console/static/flex.js');
        const node = flexContainer(contents, () => {});
        node.id = 'drawn';
        document.getElementById('drawn')?.remove();
        document.body.append(node);
    }"""
    page.evaluate(code, contents)
    return page.locator("#drawn")


def zoo(picture, film):
    """A carousel with every component of Flex."""
    return flex(
        {
            "type": "carousel",
            "contents": [
                bubble(
                    {
                        "type": "text",
                        "text": "粗體",
                        "weight": "bold",
                        "color": "#A3211A",
                        "size": "xl",
                        "align": "end",
                    },
                    {
                        "type": "text",
                        "contents": [
                            {"type": "span", "text": "一"},
                            {"type": "span", "text": "二", "decoration": "line-through"},
                        ],
                    },
                    {"type": "separator", "margin": "lg", "color": "#00FF00"},
                    box({"type": "icon", "url": picture}, {"type": "text", "text": "基線"}, layout="baseline"),
                    box(
                        {"type": "text", "text": "左", "flex": 3},
                        {"type": "filler"},
                        layout="horizontal",
                        spacing="md",
                    ),
                    {"type": "image", "url": picture, "size": "full", "aspectRatio": "2:1", "aspectMode": "cover"},
                    box(
                        {"type": "text", "text": "三行", "wrap": True, "maxLines": 2},
                        backgroundColor="#F1F4F8",
                        cornerRadius="md",
                        paddingAll="lg",
                        borderWidth="medium",
                        borderColor="#0B4F8A",
                    ),
                    header=box({"type": "text", "text": "頭"}),
                    hero={"type": "image", "url": picture, "size": "full"},
                    footer=box(button(style="primary"), button(style="secondary", height="sm"), button(style="link")),
                    styles={"footer": {"separator": True, "backgroundColor": "#FFFFEE"}},
                ),
                bubble(hero={"type": "video", "url": film, "previewUrl": picture, "altContent": box()}),
            ],
        }
    )


def test_every_component_of_flex_is_drawn(page, app):
    film = f"{app.url}/a.mp4"
    app.push(zoo(f"{app.url}/console/static/place.svg", film))
    card = page.locator(".flex-bubble").first
    expect(card).to_be_visible()
    assert page.locator(".flex-bubble").count() == 2
    bold = card.get_by_text("粗體")
    expect(bold).to_have_css("font-weight", "700")
    expect(bold).to_have_css("color", "rgb(163, 33, 26)")
    expect(bold).to_have_css("font-size", "22px")
    expect(bold).to_have_css("text-align", "right")
    expect(card.get_by_text("二", exact=True)).to_have_css("text-decoration-line", "line-through")
    expect(card.locator(".flex-body .flex-separator")).to_have_css("background-color", "rgb(0, 255, 0)")
    expect(card.locator(".flex-body .flex-separator")).to_have_css("margin-top", "12px")
    expect(card.locator(".is-baseline img.flex-icon")).to_be_visible()
    expect(card.locator(".is-horizontal .flex-text")).to_have_css("flex-grow", "3")
    expect(card.locator(".is-horizontal")).to_have_css("column-gap", "8px")
    expect(card.locator(".flex-filler")).to_have_css("flex-grow", "1")
    expect(card.locator(".flex-body .flex-image img")).to_have_css("object-fit", "cover")
    framed = card.locator(".flex-box .flex-box").filter(has_text="三行")
    expect(framed).to_have_css("border-radius", "8px")
    expect(framed).to_have_css("padding", "12px")
    expect(framed).to_have_css("border", "2px solid rgb(11, 79, 138)")
    expect(framed.locator(".flex-text")).to_have_css("-webkit-line-clamp", "2")
    expect(card.locator(".flex-footer")).to_have_css("background-color", "rgb(255, 255, 238)")
    assert card.locator(".flex-button").count() == 3
    assert page.locator(".flex-video video").get_attribute("src") == film
    assert page.locator(".trouble").count() == 0


def test_what_is_unknown_is_a_visible_error(page):
    drawn = draw(
        page,
        bubble({"type": "chart"}, {"type": "text", "text": "好", "colour": "red"}, box({"type": "span", "text": "x"})),
    )
    expect(drawn.locator(".trouble")).to_have_text(
        ["無法顯示的 Flex 元件: chart", "不認得的屬性: text.colour", "無法顯示的 Flex 元件: span"]
    )
    expect(drawn.get_by_text("好")).to_be_visible()
    assert draw(page, {"type": "balloon"}).text_content() == "無法顯示的 Flex 元件: balloon"
    drawn = draw(page, bubble({"type": "image", "url": "javascript:alert(1)"}))
    expect(drawn.locator(".trouble")).to_have_text("無法顯示的圖片")
    assert drawn.locator("img").count() == 0


def test_javascript_links_are_refused_and_web_links_open_beside(page, app):
    refused = page.evaluate(
        """async () => {
            const { perform } = await import('/console/static/actions.js');
            return new Promise((resolve) => perform({type: 'uri', uri: 'javascript:alert(1)'}, { tell: resolve }));
        }"""
    )
    assert refused == "拒絕開啟的連結: javascript:alert(1)"
    app.push(flex(bubble(button(action("uri", uri=f"{app.url}/console/static/place.svg")))))
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="選擇", exact=True).click()
    assert opened.value.url.endswith("/place.svg")
    assert opened.value.evaluate("() => window.opener") is None


def test_a_button_sends_its_own_cards_data(page, app):
    app.push(flex(bubble(button(postback(label="舊卡", data="v=old", displayText="按了舊卡")))))
    app.push(flex(bubble(button(postback(label="新卡", data="v=new")))))
    page.get_by_role("button", name="舊卡").click()
    expect(page.locator(".is-mine .bubble")).to_have_text("按了舊卡")
    expect(page.get_by_text('postback {"data":"v=old"}')).to_be_visible()
    page.get_by_role("button", name="新卡").click()
    expect(page.get_by_text('postback {"data":"v=new"}')).to_be_visible()
    expect(page.locator(".is-mine .bubble")).to_have_count(1)


def test_a_pressable_box_works_by_keyboard(page, app):
    pressable = box({"type": "text", "text": "繳費"}, action=postback(label="繳費 2 筆", data="pay"))
    app.push(flex(bubble(pressable)))
    page.get_by_role("button", name="繳費 2 筆").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text('postback {"data":"pay"}')).to_be_visible()


def test_the_keyboard_opens_with_its_text_and_the_menu_closes(page, app):
    fill = postback(label="改名", data="n", inputOption="openKeyboard", fillInText="姓名：")
    app.push(flex(bubble(button(fill), button(postback(label="收", data="c", inputOption="closeRichMenu")))))
    page.get_by_role("button", name="改名").click()
    expect(page.get_by_label("輸入訊息")).to_have_value("姓名：")
    expect(page.get_by_label("輸入訊息")).to_be_focused()
    expect(page.locator(".menu")).to_be_visible()
    page.get_by_role("button", name="收", exact=True).click()
    expect(page.locator(".menu")).to_be_hidden()


def test_quick_replies_stay_until_something_is_said(page, app):
    choices = quick(action("message", text="機車"), postback(label="汽車", data="kind=C"))
    app.push(text("先"), text("車種？", quickReply=choices))
    expect(page.locator(".quick-item")).to_have_text(["選擇", "汽車"])
    app.push(text("打擾一下"))
    expect(page.locator(".quick")).to_be_hidden()
    app.push(text("車種？", quickReply=choices))
    page.get_by_role("button", name="選擇", exact=True).click()
    expect(page.get_by_text("回聲 機車")).to_be_visible()
    expect(page.locator(".quick")).to_be_hidden()
    app.push(text("早了", quickReply=choices), text("後"))
    expect(page.locator(".trouble")).to_contain_text("只在一次傳送的最後一則顯示")


def test_the_date_picker_sends_what_was_picked(page, app):
    picker = action("datetimepicker", mode="date", data="day", initial="2026-12-01", min="2026-11-01", max="2026-12-31")
    app.push(flex(bubble(button(picker))))
    page.get_by_role("button", name="選擇", exact=True).click()
    field = page.get_by_role("dialog").get_by_label("選擇", exact=True)
    expect(field).to_have_value("2026-12-01")
    assert (field.get_attribute("min"), field.get_attribute("max")) == ("2026-11-01", "2026-12-31")
    field.fill("2026-12-23")
    page.get_by_role("button", name="確定").click()
    expect(page.get_by_text('postback {"data":"day","params":{"date":"2026-12-23"}}')).to_be_visible()
    page.get_by_role("button", name="選擇", exact=True).click()
    page.get_by_role("button", name="取消").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert sum(event["type"] == "postback" for event in app.heard) == 1


def test_time_of_day_and_datetime_come_in_lines_form(page, app):
    day = action("datetimepicker", mode="datetime", data="d", label="日時", initial="2026-12-01t09:30")
    app.push(
        flex(
            bubble(button(day), button(action("datetimepicker", mode="time", data="t", label="時刻", initial="08:00")))
        )
    )
    for name, told in (("日時", {"datetime": "2026-12-01T09:30"}), ("時刻", {"time": "08:00"})):
        page.get_by_role("button", name=name).click()
        page.get_by_role("button", name="確定").click()
        expect(page.get_by_text(json.dumps(told, separators=(",", ":")))).to_be_visible()


def test_templates_locations_and_imagemaps(page, app):
    picture = f"{app.url}/console/static/place.svg"
    confirm = {
        "type": "confirm",
        "text": "註銷？",
        "actions": [postback(label="是", data="yes"), action("message", text="否", label="否")],
    }
    column = {
        "text": "大安",
        "title": "停車場",
        "thumbnailImageUrl": picture,
        "actions": [postback(label="選大安", data="lot")],
    }
    area = {"x": 0, "y": 0, "width": 520, "height": 350}
    app.push(
        {"type": "template", "altText": "x", "template": confirm},
        {
            "type": "template",
            "altText": "x",
            "template": {"type": "buttons", **column, "actions": [postback(label="甲", data="a")]},
        },
        {"type": "template", "altText": "x", "template": {"type": "carousel", "columns": [column]}},
        {"type": "location", "title": "市府", "address": "市府路", "latitude": 25.03, "longitude": 121.5},
    )
    for label, data in (("是", "yes"), ("甲", "a"), ("選大安", "lot")):
        page.get_by_role("button", name=label, exact=True).click()
        expect(page.get_by_text(f'postback {{"data":"{data}"}}')).to_be_visible()
    expect(page.get_by_text("市府路")).to_be_visible()
    maps = {"type": "imagemap", "baseUrl": picture, "altText": "圖", "baseSize": {"width": 1040, "height": 700}}
    images = {
        "type": "image_carousel",
        "columns": [{"imageUrl": picture, "action": postback(label="圖一", data="img")}],
    }
    page.route(re.compile(r"place\.svg/700"), lambda route: route.fulfill(body="<svg/>", content_type="image/svg+xml"))
    app.push(
        maps | {"actions": [{"type": "message", "text": "地圖", "area": area}]},
        {"type": "template", "altText": "x", "template": images},
    )
    page.get_by_role("button", name="圖一").click()
    expect(page.get_by_text('postback {"data":"img"}')).to_be_visible()
    tile = page.get_by_role("button", name="地圖")
    assert tile.evaluate("(e) => e.style.width") == "50%"
    tile.click()
    expect(page.get_by_text("回聲 地圖")).to_be_visible()
