"""Every text that citizens can read is in English too; and the finder of texts finds them."""

from pathlib import Path

import pytest

from tools.extract_texts import placeholders, problems, texts

CODE = """
class Greeting(Conversation):
    title = "哈囉"
    key = "greeting"

    def begin(self, turn):
        turn.text("早安 {name}", name="x")
        turn.t("一筆" if one else "多筆")
        raise CitizenMistakeError("請再試一次")
        DATA = msgid("留著以後")
        log("這句沒有人看")
"""
PAGE = """<p>{{ t("總金額") }} {{ t('應繳 {amount}', amount=1) }} {% if t2("不是") %}"""
PO = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A repository with one conversation, one page and nearly all its translations."""
    for room, name, content in (("handlers", "greeting.py", CODE), ("web", "page.html", PAGE)):
        (tmp_path / room).mkdir()
        (tmp_path / room / name).write_text(content, encoding="utf-8")
    given = {"哈囉": "Hello", "早安 {name}": "Morning {name}", "一筆": "one", "多筆": "many", "請再試一次": "Again",
             "留著以後": "Later", "總金額": "Total", "應繳 {amount}": "Owed {amount}"}  # fmt: skip
    folder = tmp_path / "locales" / "en"
    folder.mkdir(parents=True)
    (folder / "all.po").write_text(
        PO + "\n".join(f'msgid "{a}"\nmsgstr "{b}"\n' for a, b in given.items()), encoding="utf-8"
    )
    return tmp_path


@pytest.mark.slow
def test_every_text_of_the_repository_is_translated() -> None:
    assert problems() == []


def test_texts_are_found_in_code_and_templates(house: Path) -> None:
    found = texts(house)
    assert set(found) == {"哈囉", "早安 {name}", "一筆", "多筆", "請再試一次", "留著以後", "總金額", "應繳 {amount}"}
    assert found["總金額"] == "web/page.html:1"
    assert problems(root=house) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('msgstr "Hello"', 'msgstr ""', "handlers/greeting.py:3: no translation: 哈囉"),
        ("Morning {name}", "Morning", "handlers/greeting.py:7: placeholders differ: 早安 {name}"),
        ('msgid "哈囉"', 'msgid "哈囉囉"', "all.po: used nowhere: 哈囉囉"),
    ],
)
def test_what_is_wrong_is_named(house: Path, old: str, new: str, told: str) -> None:
    path = house / "locales" / "en" / "all.po"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert told in problems(root=house)


def test_two_translations_of_one_text_are_named(house: Path) -> None:
    other = house / "locales" / "en" / "more.po"
    other.write_text(PO + 'msgid "哈囉"\nmsgstr "Hi"\n', encoding="utf-8")
    assert problems(root=house) == ["more.po: translated differently elsewhere: 哈囉"]


def test_placeholders_are_read_and_broken_braces_refused() -> None:
    assert placeholders("{a} 與 {b}") == {"a", "b"}
    with pytest.raises(ValueError, match="expected"):
        placeholders("{a")
