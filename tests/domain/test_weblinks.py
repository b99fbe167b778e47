"""Addresses in hostile texts: whatever is called official leads to a listed site, however it is read."""

import re
import time
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.feemessages import looks_like_fee_message
from domain.officialsites import Judgement, OfficialSites, Reason, Site, Verdict
from domain.weblinks import MOST_LINKS, holds_link, links

SITES = OfficialSites(
    [Site("pay.taipei", "臺北", "Taipei"), Site("pma.gov.taipei", "停管處", "Parking office", whole=True)],
    frozenset({"reurl.cc", "line.me"}),
    ("gov.tw", "gov.taipei"),
)
OFFICIAL = re.compile(r"(pay\.taipei|([a-z0-9_-]+\.)*pma\.gov\.taipei)")


def judged(text: str) -> list[Judgement]:
    return [SITES.judge(link) for link in links(text)]


@pytest.mark.parametrize(
    "text",
    [
        "您有停車費未繳，請至https://pay.taipei/v2繳費，謝謝。",
        "請至pay.taipei繳費。",
        "https://PAY.taipei/qr/2/Q1/bafb/2",
        "https://pay.taipei:443/",
        "請查https://pay.taipei。",
        "(https://pay.taipei)",
        "https://parkingfee.pma.gov.taipei/qr?tno=Q7078443D090047",
        "https://pay.taipei/?back=a@b",
        "https://pay.taipei, 謝謝",
    ],
)
def test_what_is_listed_is_official(text: str) -> None:
    (one,) = judged(text)
    assert (one.verdict, one.reason) == (Verdict.OFFICIAL, Reason.LISTED)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("https://pay.taipei@evil.com/", Reason.DISGUISED),
        ("https://pay.taipei:443@evil.com/", Reason.DISGUISED),
        ("https://pay.taipei\\@evil.com/", Reason.DISGUISED),
        ("https:\\\\pay.taipei/", Reason.DISGUISED),
        ("https:/pay.taipei/", Reason.DISGUISED),
        ("https://pay%2etaipei/", Reason.DISGUISED),
        ("https://pay.taipei%00.evil.com/", Reason.DISGUISED),
        ("https://рay.taipei/", Reason.DISGUISED),  # Cyrillic р
        ("https://ｐａｙ.taipei/", Reason.DISGUISED),
        ("https://pay。taipei/", Reason.DISGUISED),
        ("https://pay.taipei\u200b.evil.com/", Reason.DISGUISED),
        ("https://pay.taipei\u202e.evil.com/", Reason.DISGUISED),
        ("https://pay.taipei台.cc/", Reason.DISGUISED),
        ("https://pay.taipei台@evil.com/", Reason.DISGUISED),
        ("pay.taipei@evil.com/x", Reason.DISGUISED),
        ("http://[::1]/", Reason.DISGUISED),
        ("https://pay.taipei.evil.com/", Reason.LOOKS_LIKE),
        ("https://pay-taipei.cc/", Reason.LOOKS_LIKE),
        ("https://paytaipe1.com/", Reason.LOOKS_LIKE),
        ("pay-taipei.cc/abc", Reason.LOOKS_LIKE),
        ("https://xn--py-7kc.taipei/", Reason.LOOKS_LIKE),  # pаy with a Cyrillic а
        ("https://pma-gov-taipei.top/", Reason.LOOKS_LIKE),
        ("https://evil.com/pay.taipei", Reason.NOT_LISTED),
        ("https://evilpay.tw", Reason.NOT_LISTED),
        ("https:evil.com", Reason.NOT_LISTED),
        ("http://1.2.3.4/pay.taipei", Reason.NOT_LISTED),
        ("http://3232235777/", Reason.DISGUISED),
        ("http://pay.taipei/", Reason.UNUSUAL),
        ("https://pay.taipei:8443/", Reason.UNUSUAL),
        ("hxxps://pay.taipei/", Reason.UNUSUAL),
        ("https://www.water.gov.tw/", Reason.GOVERNMENT),
        ("https://reurl.cc/abc", Reason.SHORT),
        ("https://liff.line.me/1", Reason.SHORT),
    ],
)
def test_what_is_not_is_told_why(text: str, reason: Reason) -> None:
    assert [one.reason for one in judged(text)] == [reason]


def test_one_address_beside_an_official_one_is_found() -> None:
    for text in (
        "https://pay.taipei 或 https://evil.com",
        "https://pay.taipei/,https://evil.com",
        "https://pay.taipei（.evil.com",
        "請看pay.taipei/abc再看evil.com/x",
        "https://pay.taipei/?u=https://evil.com/",
    ):
        assert [one.verdict for one in judged(text)] == [Verdict.OFFICIAL, Verdict.NOT_OFFICIAL], text


@pytest.mark.parametrize(
    "text", ["a.b@pma.gov.taipei", "15.5 元", "2026.11.21", "ABC.1234", "好.謝謝", "", "..", "@@@"]
)
def test_what_is_no_address(text: str) -> None:
    assert not holds_link(text)
    assert links(text) == ()


def test_a_word_with_a_dot_is_no_link_by_itself() -> None:
    assert not holds_link("Mr.Wang 您好")
    assert holds_link("請至 pay-taipei.cc")
    assert holds_link("wang.tw/abc")


# What an attacker can write around, before and into an official name
HOSTS = st.sampled_from(
    ["pay.taipei", "parkingfee.pma.gov.taipei", "evil.com", "pay-taipei.cc", "台灣.台灣", "1.2.3.4"]
)
PIECES = st.one_of(
    HOSTS,
    st.sampled_from(
        ["https://", "http://", "HTTPS:", "https:\\\\", "//", "@", ":", ":443", "/", "\\", "?", "#", "%2e"]
    ),
    st.sampled_from(
        [".", "．", "。", "｡", "-", "台", "，", "（", " ", "\u200b", "\u202e", "\u0301", "\t", "е", "ｅ", "xn--"]
    ),
    st.text(max_size=4),
)
HOSTILE = st.lists(PIECES, max_size=9).map("".join)


def destinations(text: str) -> set[str]:
    """Where a program may end up that takes any part of a text without blanks from a scheme on, as Python reads it."""
    found = set()
    for match in re.finditer(r"https?://", text, re.IGNORECASE):
        whole = (
            re.split(r"\s", text[match.start() :])[0]
            .replace("\\", "/")
            .translate(dict.fromkeys(map(ord, "．。｡"), "."))
        )
        try:
            found.add(urlsplit(whole).hostname or "")
        except ValueError:
            found.add("")
    return found


@settings(max_examples=300, deadline=None)
@given(HOSTILE)
@example("https://pay.taipei台.cc/")
@example("https://pay.taipei\u0301/")
def test_official_is_only_what_every_reading_leads_to(text: str) -> None:
    found = judged(text)
    for one in found:
        if one.verdict is Verdict.OFFICIAL:
            assert OFFICIAL.fullmatch(one.link.host)
            assert one.link.scheme in ("", "https")
    if found and all(one.verdict is Verdict.OFFICIAL for one in found):
        for host in destinations(text):
            before_a_sentence = re.split(r"[^\x00-\x7f]", host)[0].rstrip(".,;:!'*_~)]")
            assert OFFICIAL.fullmatch(before_a_sentence), (text, host)
            behind = host[len(before_a_sentence) :]
            assert not re.search(r"\.[^\W\d_]", behind) or re.search("[，（]", behind), (text, host)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert len(links(text)) <= MOST_LINKS
    for one in judged(text):
        assert one.verdict in Verdict
    looks_like_fee_message(text)


@pytest.mark.parametrize(
    "unit", ["a.", "а.", "http:", "http://", "a@", ".", "-", "1.1.1.", "https://a.b台", "a.com,", "x.cc台", "%"]
)
def test_a_long_text_takes_no_time(unit: str) -> None:
    text = (unit * 5000)[:5000]  # LINE's most
    started = time.process_time()
    links(text)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("【停管處】您的停車費逾期未繳，請儘速處理以免受罰", True),
        ("Your parking fee is unpaid. Click now to avoid a fine", True),
        ("停車費逾期未繳會怎麼樣，請至現場要帶什麼文件", False),
        ("停車費逾期了怎麼辦，要去哪裡繳費才可以呢？", False),  # a question of one's own
        ("停車費逾期", False),
        ("請儘速與我聯絡，謝謝您，我明天再打一次電話", False),
    ],
)
def test_what_a_fee_message_looks_like(text: str, *, is_one: bool) -> None:
    assert looks_like_fee_message(text) is is_one
