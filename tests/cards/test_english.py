"""English cards: English marks between words, and English words for what is known."""

import re

import pytest

from domain.reader import Language
from flex_templates import bill
from infra.locales import reader
from samples import cards as samples
from tests.flow import texts


def test_english_cards_have_no_full_width_marks() -> None:
    between = re.compile(
        "[\u3000／：，、；（）]"
    )  # the marks that we put between words; a quoted Chinese sentence has its own
    for name, who, message in samples.every():
        if who.language is Language.EN:
            assert not between.search("\n".join(texts(message))), name


@pytest.mark.parametrize(
    ("issued_how", "shown"),
    [("現場開單", "slip left at the vehicle"), ("無紙化開單", "paperless"), ("人工補單", "人工補單")],
)
def test_how_a_bill_was_issued_is_said_in_english_where_it_is_known(issued_how: str, shown: str) -> None:
    english, chinese = (
        bill.card(who, samples.owed(who, samples.bill(1, issued_how=issued_how)), samples.NOW.date())
        for who in (reader(Language.EN), reader(Language.ZH))
    )
    assert ("Issued", shown) in english.blocks[1].pairs
    assert ("開單方式", issued_how) in chinese.blocks[1].pairs
