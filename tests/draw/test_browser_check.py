"""The page where a citizen checks an entry, in Chromium: it agrees with Python, and not a request leaves it."""

import threading
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Request, expect
from werkzeug.serving import make_server

from domain.draw.entry import Receipt
from domain.draw.inclusion import prove
from domain.draw.listing import DrawList
from tests.draw.made_up import Made, Person, made_draw
from web.draws.views import blueprint

pytestmark = pytest.mark.browser
LOCAL = (1, 2, 3)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The page served; it needs no database."""
    app = Flask("test", static_folder=None)
    app.register_blueprint(blueprint(no_units, None, b""))  # type: ignore[arg-type]
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/draws/check"
    server.shutdown()
    thread.join()
    server.server_close()


def no_units() -> None:
    raise AssertionError("the page asks no database")


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page, loaded; from then on every request and every complaint fails the test."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(address)

    def seen(request: Request) -> None:
        wrong.append(f"{request.method} {request.url}")

    page.on("request", seen)
    yield page
    context.close()
    assert wrong == []


def v2() -> Made:
    return made_draw("TEST/V2", 1001, 8, local=LOCAL, steps="L:2,*:3")


def receipt(person: Person) -> str:
    pool = "L" if person.i in LOCAL else "G"
    commit = person.row("TEST/V2", pool).commit
    return Receipt("TEST/V2", person.entry_no, pool, person.salt, commit).text()


def ask(page: Page, folder: Path, person: Person, *, plate: str = "", result: bool = True) -> None:
    v2().write(folder)
    page.get_by_label("收據").fill(receipt(person))
    page.get_by_label("車牌").fill(plate or person.plate)
    page.get_by_label("手機號碼").fill(person.holder)
    page.get_by_label("登記清單").set_input_files(folder / "list.tsv")
    if result:
        page.get_by_label("抽籤結果").set_input_files(folder / "result.tsv")
    page.get_by_role("button", name="查詢").click()


def test_everybody_of_a_draw_finds_the_place_that_python_gave(page: Page, tmp_path: Path) -> None:
    words = {"W": "正取 {} 號", "B": "備取 {} 號"}
    for row in v2().result.ranked:
        person = Person(int(row.entry.entry_no[1:]))
        ask(page, tmp_path, person, plate=person.plate.lower().replace("-", "–"))
        answer = page.get_by_role("status")
        expect(answer).to_contain_text(words[row.outcome.status].format(row.outcome.no))
        expect(answer).to_contain_text(row.entry.commit)
        expect(answer).to_have_attribute("data-outcome", "ok")


def test_before_the_draw_the_list_alone(page: Page, tmp_path: Path) -> None:
    ask(page, tmp_path, Person(4), result=False)
    expect(page.get_by_role("status")).to_contain_text("在清單上")


@pytest.mark.parametrize(
    ("i", "plate", "words"),
    [(4, "TST-0005", "對不起來"), (9, "", "沒有這筆申請"), (4, "TST0004", "短橫線")],
    ids=["another plate", "not on the list", "no hyphen"],
)
def test_what_does_not_open_is_said(page: Page, tmp_path: Path, i: int, plate: str, words: str) -> None:
    ask(page, tmp_path, Person(i), plate=plate)
    expect(page.get_by_role("status")).to_contain_text(words)
    expect(page.get_by_role("status")).to_have_attribute("data-outcome", "wrong")


def test_a_receipt_of_another_entry_is_said(page: Page, tmp_path: Path) -> None:
    ask(page, tmp_path, Person(4))
    theirs = Person(5).row("TEST/V2", "G").commit
    page.get_by_label("收據").fill(receipt(Person(4)).replace(Person(4).row("TEST/V2", "G").commit, theirs))
    page.get_by_role("button", name="查詢").click()
    expect(page.get_by_role("status")).to_contain_text("對不起來")


def proof_of(entries: DrawList, person: Person) -> str:
    return prove(entries, person.entry_no).text()


def ask_with_proof(page: Page, person: Person, proof: str) -> None:
    page.get_by_label("收據").fill(receipt(person))
    page.get_by_label("車牌").fill(person.plate)
    page.get_by_label("手機號碼").fill(person.holder)
    page.get_by_role("textbox", name="證明").fill(proof)
    page.get_by_role("button", name="查詢").click()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_a_proof_does_for_the_list(page: Page, size: int) -> None:
    made = made_draw("TEST/V2", 1001, size, local=LOCAL, steps="L:2,*:3")
    for i in range(1, size + 1):
        proof = prove(made.entries, Person(i).entry_no)
        ask_with_proof(page, Person(i), proof.text())
        expect(page.get_by_role("status")).to_contain_text(f"Row {proof.index + 1} of {size}")
        expect(page.get_by_role("status")).to_contain_text(made.announcement.merkle_root)
        expect(page.get_by_role("status")).to_have_attribute("data-outcome", "ok")


def test_a_proof_with_the_result_tells_the_place(page: Page, tmp_path: Path) -> None:
    v2().write(tmp_path)
    page.get_by_label("抽籤結果").set_input_files(tmp_path / "result.tsv")
    ask_with_proof(page, Person(4), proof_of(v2().entries, Person(4)))
    expect(page.get_by_role("status")).to_contain_text("正取 1 號")


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda proof: proof_of(v2().entries, Person(5)), "不成立"),
        (lambda proof: proof.replace("n=8", "n=7"), "不成立"),
        (lambda proof: proof.replace("index=", "index=1"), "不成立"),
        (lambda proof: proof.rsplit(",", 1)[0], "不成立"),
        (lambda proof: proof.replace("TEST/V2", "TEST/V1"), "不是這一次抽籤"),
        (lambda proof: proof.replace("PLD1-PROOF", "PROOF"), "不完整"),
        (lambda proof: "", "貼上證明"),
    ],
    ids=["another's", "fewer rows", "another row", "a hash less", "another draw", "no proof", "nothing"],
)
def test_a_proof_that_does_not_hold_is_said(page: Page, edit: Callable[[str], str], words: str) -> None:
    ask_with_proof(page, Person(4), edit(proof_of(v2().entries, Person(4))))
    expect(page.get_by_role("status")).to_contain_text(words)
    expect(page.get_by_role("status")).to_have_attribute("data-outcome", "wrong")


def test_one_hash_changed_anywhere_is_seen(page: Page) -> None:
    proof = proof_of(v2().entries, Person(4))
    head, path = proof.split("path=")
    for one in path.strip().split(","):
        other = path.replace(one, ("0" if one[0] != "0" else "1") + one[1:])
        ask_with_proof(page, Person(4), proof)
        expect(page.get_by_role("status")).to_have_attribute("data-outcome", "ok")
        ask_with_proof(page, Person(4), f"{head}path={other}")
        expect(page.get_by_role("status")).to_contain_text("不成立")


def test_its_sha_256_is_the_one_of_everybody(page: Page) -> None:
    texts = ["", "abc", "a" * 55, "a" * 56, "a" * 64, "停車" * 300]
    hashed = page.evaluate("texts => texts.map((text) => sha256(new TextEncoder().encode(text)))", texts)
    assert hashed == [sha256(text.encode()).hexdigest() for text in texts]
