"""docs/conversations.md tells what the code has."""

from tools.list_conversations import PAGE, classes, page


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == page(), "run: python -m tools.list_conversations"


def test_every_conversation_has_a_row_with_what_opens_it() -> None:
    rows = {line.split(" | ")[0].strip("| `"): line for line in page().splitlines() if line.startswith("| `")}
    assert set(rows) == {one.key for one in classes()}
    assert "待繳 · " in rows["tickets"]
    assert "`sure`" in rows["pass_entries"]
    assert "kind: Followed" in rows["follow"]
