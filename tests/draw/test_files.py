"""Files have one spelling; whatever differs is refused with its place. Entries, receipts, trees, late ranks."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.draw import entry, merkle
from domain.draw.announcement import Source, parse_announcement
from domain.draw.coding import DrawFileError, cat, draw_id
from domain.draw.entry import Receipt, commitment, parse_receipt
from domain.draw.listing import DrawList, ListRow, Removal, RemovedRow, parse_list, parse_removed, removed_file
from domain.draw.result import draw
from domain.draw.seed import late_rank
from domain.draw.steps import parse_steps, places, steps_text
from domain.draw.witness import Transcript, parse_transcript
from tests.draw.made_up import Person, made_draw, witnessed

COMMITS = st.binary(min_size=32, max_size=32).map(bytes.hex)
ENTRIES = st.from_regex(r"[0-9A-Z-]{1,32}", fullmatch=True)


@settings(deadline=None)
@given(
    st.lists(
        st.builds(ListRow, COMMITS, ENTRIES, st.sampled_from(["G", "L", "DISABLED"]), st.integers(1, 65535)),
        unique_by=(lambda row: row.commit, lambda row: row.entry_no),
        max_size=20,
    )
)
def test_a_list_reads_back_what_it_writes(rows: list[ListRow]) -> None:
    made = DrawList.of("2026-12/P1/car/all-day", rows)
    assert parse_list(made.file) == made
    assert made.file.count(b"\n") == len(rows) + 1


BAD_LISTS = {
    "empty": (b"", "LF"),
    "no final LF": (b"PLD1-LIST\tA\t0", "LF"),
    "CR": (b"PLD1-LIST\tA\t0\r\n", "CR"),
    "too few rows": (b"PLD1-LIST\tA\t1\n", "says 1 rows"),
    "leading zero": (b"PLD1-LIST\tA\t00\n", "whole number"),
    "weight 0": (b"PLD1-LIST\tA\t1\n" + b"ab" * 32 + b"\tR1\tG\t0\n", "line 2: weight"),
    "weight 65536": (b"PLD1-LIST\tA\t1\n" + b"ab" * 32 + b"\tR1\tG\t65536\n", "line 2: weight"),
    "upper-case commit": (b"PLD1-LIST\tA\t1\n" + b"AB" * 32 + b"\tR1\tG\t1\n", "line 2: commit"),
    "lower-case entry": (b"PLD1-LIST\tA\t1\n" + b"ab" * 32 + b"\tr1\tG\t1\n", "line 2: entry_no"),
    "long pool": (b"PLD1-LIST\tA\t1\n" + b"ab" * 32 + b"\tR1\tGENERALLY\t1\n", "line 2: pool"),
    "blank at the end": (b"PLD1-LIST\tA\t1\n" + b"ab" * 32 + b"\tR1\tG\t1 \n", "line 2: blanks"),
    "two dots": (b"PLD1-LIST\tA/../B\t0\n", "draw_id"),
    "another head": (b"PLD1-LISTS\tA\t0\n", "line 1"),
}


@pytest.mark.parametrize("name", BAD_LISTS)
def test_a_list_that_is_not_canonical_is_refused_with_its_place(name: str) -> None:
    data, why = BAD_LISTS[name]
    with pytest.raises(DrawFileError, match=why):
        parse_list(data)


def test_a_list_knows_no_duplicates_and_no_other_order() -> None:
    one, other = Person(1).row("A", "G"), Person(2).row("A", "G")
    with pytest.raises(DrawFileError, match="commit is there twice"):
        DrawList.of("A", [one, one])
    with pytest.raises(DrawFileError, match="entry R000001 is there twice"):
        DrawList.of("A", [one, ListRow(other.commit, one.entry_no, "G")])
    with pytest.raises(DrawFileError, match="order of commits"):
        DrawList("A", sorted([one, other], reverse=True))


@pytest.mark.parametrize("at", range(14))
def test_every_line_of_an_announcement_has_its_place(at: int) -> None:
    made = made_draw("TEST/V1", 1000, 3, steps="*:2")
    lines = made.announcement.file.splitlines(keepends=True)
    missing = b"".join(lines[: at + 1] + lines[at + 2 :])
    with pytest.raises(DrawFileError):
        parse_announcement(missing)
    assert parse_announcement(made.announcement.file) == made.announcement


@pytest.mark.parametrize("text", ["", "L:5", "*:05", "*:-1", "L5,*:1", "l:1,*:1", "*:1,", "*:1,L:1", "*: 1"])
def test_steps_end_with_the_places_open_to_all(text: str) -> None:
    with pytest.raises(DrawFileError):
        parse_steps(text)


def test_steps_read_back() -> None:
    steps = parse_steps("L:5,G:0,*:95")
    assert (steps_text(steps), places(steps)) == ("L:5,G:0,*:95", 100)


@pytest.mark.parametrize("text", ["", "/A", "A/", "A//B", "A/./B", "..", "A B", "停車", "A" * 65])
def test_a_draw_id_is_a_path_of_names(text: str) -> None:
    with pytest.raises(DrawFileError):
        draw_id(text)


def test_lengths_keep_values_apart() -> None:
    assert cat("a", "bc") != cat("ab", "c")


@pytest.mark.parametrize(
    ("typed", "kept"), [("abc-1234", "ABC-1234"), ("ＡＢ－１２３４", "AB-1234"), (" ab – 1234 ", "AB-1234")]
)
def test_a_plate_is_committed_to_in_one_spelling(typed: str, kept: str) -> None:
    assert entry.plate(typed) == kept
    assert entry.fits_the_draw(typed)


@pytest.mark.parametrize("text", ["AB-12345", "軍C-21110", "ABC1234", "A-123", ""])
def test_plates_of_another_shape_are_the_counters(text: str) -> None:
    assert not entry.fits_the_draw(text)
    with pytest.raises(DrawFileError):
        entry.plate(text)


def test_the_hyphen_tells_two_plates_apart() -> None:
    salt = bytes(32)
    commits = {commitment("A", "E", "G", 1, plate, "0912345678", salt) for plate in ("AB-1234", "AB1-234")}
    assert len(commits) == 2


def test_a_receipt_reads_back_and_proves_its_owner_only() -> None:
    salt = sha256(b"salt").digest()
    commit = commitment("2026-12/P1/car/all-day", "7K3M-Q9XA", "G", 1, "ABC-1235", "0912345678", salt)
    receipt = Receipt("2026-12/P1/car/all-day", "7K3M-Q9XA", "G", salt, commit)
    assert parse_receipt(receipt.text()) == receipt
    assert receipt.proves("abc-1235", "0912-345-678")
    assert not receipt.proves("ABC-1236", "0912345678")
    assert not receipt.proves("ABC-1235", "0912345679")
    assert "0912" not in receipt.text()


@pytest.mark.parametrize("text", ["", "PLD1-RECEIPT\n", "你好\n"])
def test_what_is_no_receipt_is_refused(text: str) -> None:
    with pytest.raises(DrawFileError):
        parse_receipt(text)


def rfc_root(rows: list[str]) -> bytes:
    """RFC 6962, to the letter."""
    if len(rows) == 1:
        return merkle.leaf(rows[0])
    k = 1 << (len(rows) - 1).bit_length() - 1
    return merkle.node(rfc_root(rows[:k]), rfc_root(rows[k:]))


@pytest.mark.parametrize("n", [*range(1, 20), 31, 32, 33, 100])
def test_trees_are_those_of_the_rfc_and_every_row_is_proved(n: int) -> None:
    rows = [f"row {i}" for i in range(n)]
    root = merkle.root(rows)
    assert root == rfc_root(rows).hex()
    for i, row in enumerate(rows):
        path = merkle.proof(rows, i)
        assert merkle.proves(row, i, n, path, root)
        assert not merkle.proves("another row", i, n, path, root)
        assert not merkle.proves(row, (i + 1) % n, n, path, root) or n == 1
        assert not merkle.proves(row, i, n, [*path, root], root)
        assert not path or not merkle.proves(row, i, n, path[:-1], root)
    assert not merkle.proves(rows[0], n, n, [], root)
    with pytest.raises(IndexError):
        merkle.proof(rows, n)


def test_the_removed_are_listed_with_their_reasons() -> None:
    rows = [RemovedRow("B", Removal.WITHDRAWN), RemovedRow("A", Removal.INELIGIBLE)]
    data = removed_file("2026-12/P1/car/all-day", rows)
    assert data == b"PLD1-REMOVED\t2026-12/P1/car/all-day\t2\nA\tINELIGIBLE\nB\tWITHDRAWN\n"
    assert parse_removed(data) == ("2026-12/P1/car/all-day", sorted(rows))
    for broken in (data[:-1], data.replace(b"\t2\n", b"\t3\n"), data.replace(b"INELIG", b"illeg"), b"\n"):
        with pytest.raises(DrawFileError):
            parse_removed(broken)


def test_a_draw_takes_only_what_was_announced() -> None:
    made = made_draw("TEST/V1", 1000, 4, steps="*:2")
    other = made_draw("TEST/V1", 1001, 5, steps="*:2")
    with pytest.raises(DrawFileError, match="not the announced"):
        draw(made.announcement, other.entries)
    with pytest.raises(DrawFileError, match="drand was announced"):
        draw(made.announcement, made.entries, None, witnessed(made.announcement))


def witness_draw() -> tuple[Transcript, bytes]:
    made = made_draw("TEST/V6", 1000, 4, steps="*:2", source=Source.WITNESS)
    assert made.transcript
    return made.transcript, made.transcript.file


def test_a_transcript_reads_back() -> None:
    transcript, data = witness_draw()
    assert parse_transcript(data) == transcript


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"dice=3", b"dice=7"), (b"reveal=Ethics", b"reveal=Lawyer"), (b"draw_id=TEST/V6", b"draw_id=TEST/V7")],
)
def test_a_transcript_that_does_not_open_is_refused(old: bytes, new: bytes) -> None:
    made = made_draw("TEST/V6", 1000, 4, steps="*:2", source=Source.WITNESS)
    changed = parse_transcript(witness_draw()[1].replace(old, new, 1))
    with pytest.raises(DrawFileError):
        draw(made.announcement, made.entries, None, changed)


@pytest.mark.parametrize("cut", ["commit=", "reveal=", "dice="])
def test_a_transcript_with_a_part_missing_is_refused(cut: str) -> None:
    lines = [line for line in witness_draw()[1].decode().splitlines() if not line.startswith(cut)]
    made = made_draw("TEST/V6", 1000, 4, steps="*:2", source=Source.WITNESS)
    with pytest.raises(DrawFileError):
        draw(made.announcement, made.entries, None, parse_transcript(("\n".join(lines) + "\n").encode()))


def test_a_late_rank_is_a_function_of_draw_and_receipt() -> None:
    seed, n = bytes(range(32)), 19
    ranks = [late_rank(seed, Person(i).row("A", "G").commit, n) for i in range(1, 400)]
    assert set(ranks) == set(range(n + 1))
    assert ranks[0] == late_rank(seed, Person(1).row("A", "G").commit, n)
