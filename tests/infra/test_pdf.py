"""PDF documents: everything said in them can be read back, in Chinese too."""

import io

import pytest
from PIL import Image
from pypdf import PdfReader

from infra import pdf

RARE = "\U00020bb7"  # 𠮷, which the font lacks


def read(made: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)


def test_what_is_written_can_be_read_with_the_font_embedded() -> None:
    groups = [[("姓名", "王堃喆"), ("E-mail", "a@example.com")], [("車牌", "ABC-1234")]]
    made = pdf.document("個人資料副本", "2026/11/21", [pdf.Section("帳號", groups, "說明")], language="zh-TW")
    text = read(made)
    for words in ("個人資料副本", "2026/11/21", "帳號", "說明", "姓名", "王堃喆", "a@example.com", "車牌", "ABC-1234"):
        assert words in text
    fonts = PdfReader(io.BytesIO(made)).pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    named = [str(font.get_object()["/BaseFont"]) for font in fonts.values()]
    assert any("NotoSansTC" in name for name in named)
    assert PdfReader(io.BytesIO(made)).trailer["/Root"]["/Lang"] == "zh-TW"  # type: ignore[index]
    assert len(made) < 100_000, "only the letters used are embedded"


def test_a_picture_is_shown_no_larger_than_the_paper() -> None:
    groups = []
    for colour in ("red", "green", "blue"):
        drawn = io.BytesIO()
        Image.new("RGB", (1600, 4000), colour).save(drawn, "JPEG")
        groups.append([("照片", drawn.getvalue())])
    pages = PdfReader(io.BytesIO(pdf.document("資料", "", [pdf.Section("對話", groups)], language="zh-TW"))).pages
    assert [len(page.images) for page in pages] == [2, 1]


def test_a_letter_the_font_lacks_is_spelled_out_never_lost() -> None:
    assert pdf.shown(f"{RARE}野家\x00\n") == "〔U+20BB7〕野家  "


@pytest.mark.parametrize("name", ["<b>王</b>&amp;<para>", "</para>", "<img src='file:///etc/passwd'/>"])
def test_markup_is_text(name: str) -> None:
    made = pdf.document("資料", "", [pdf.Section("帳號", [[("姓名", name)]])], language="zh-TW")
    assert name in read(made)


def test_long_values_and_many_rows_go_over_pages() -> None:
    groups = [[("姓名", "長" * 10_000)], *([("車牌", f"ABC-{number:04}")] for number in range(300))]
    made = pdf.document("資料", "", [pdf.Section("帳號", groups)], language="zh-TW")
    text = read(made)
    assert text.count("長") == 10_000
    assert "ABC-0299" in text
    assert len(PdfReader(io.BytesIO(made)).pages) > 10


def test_a_heading_never_stands_alone_at_the_end_of_a_page() -> None:
    for rows in range(24, 36):
        first = pdf.Section("第一節", [[(f"項目{number}", "值")] for number in range(rows)])
        second = pdf.Section("第二節", [[("車牌", "ABC-1234"), *[("項目", "值")] * 6]])
        made = pdf.document("資料", "", [first, second], language="zh-TW")
        for page in PdfReader(io.BytesIO(made)).pages:
            text = page.extract_text()
            assert ("第二節" in text) == ("ABC-1234" in text), rows
