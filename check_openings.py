"""Check the openings of a monthly-pass draw (月票抽籤開啟檔) offline, for auditors. Needs Python 3.8 or newer and
verify_draw.py beside it; it opens no connection. openings.tsv holds personal data: delete it after the audit.

    age --decrypt -i key.txt openings.tsv.age > openings.tsv
    python check_openings.py openings.tsv list.tsv removed.tsv

Every commitment is recomputed from plate, mobile number and salt; list and removed must be exactly these entries; no
plate is listed twice. One line per check; exit status 0 only if everything holds. Then compare log_root with the last
line of log.tsv, list_sha256 with the announcement, and the plates with the vehicle registration.
"""

import sys
from collections import Counter

from verify_draw import HEX, Report, cat, lines_of, merkle_root, need, number, read, read_list, sha, shaped

COLUMNS = "entry_no\tpool\tweight\tplate\tholder\tsalt\tcommit\tstate"
LISTED, LATE = "LISTED", "LATE"


def read_openings(data):
    """(draw_id, rows) of the file."""
    head, columns, *lines = lines_of(data)
    fields = head.split("\t")
    need(len(fields) == 3 and fields[0] == "PLD1-OPENINGS" and columns == COLUMNS, "not the head of openings")
    rows = [line.split("\t") for line in lines]
    need(all(len(row) == 8 for row in rows), "a row has not eight fields")
    need(number(fields[2], "rows") == len(rows), f"says {fields[2]} rows, there are {len(rows)}")
    return fields[1], rows


def opens(openings):
    """Every commitment is that of its own fields."""
    draw_id, rows = openings
    for entry_no, pool, weight, plate, holder, salt, commit, _ in rows:
        tickets, secret = number(weight, "weight").to_bytes(4, "big"), bytes.fromhex(shaped(HEX, salt, "salt"))
        recomputed = sha(cat("PLD1/entry", draw_id, entry_no, pool, tickets, plate, holder, secret)).hex()
        need(recomputed == commit, f"entry {entry_no} does not open its commitment")


def is_list(openings, entries):
    draw_id, rows = openings
    need(entries[0] == draw_id, "the list is of another draw")
    mine = sorted((row[6], row[0], row[1], int(row[2])) for row in rows if row[7] == LISTED)
    need(mine == sorted(map(tuple, entries[1])), "the list has other entries")


def is_removed(openings, data):
    draw_id, rows = openings
    mine = sorted((row[0], row[7]) for row in rows if row[7] not in (LISTED, LATE))
    body = "".join(f"{entry_no}\t{reason}\n" for entry_no, reason in mine)
    need(data == f"PLD1-REMOVED\t{draw_id}\t{len(mine)}\n{body}".encode(), "removed.tsv has other entries")


def no_plate_twice(openings):
    for plate, times in Counter(row[3] for row in openings[1] if row[7] == LISTED).most_common(1):
        need(times == 1, f"{plate} is listed {times} times")


def main(arguments):
    if len(arguments) != 3:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    try:
        data, list_data, removed_data = (read(path) for path in arguments)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    report = Report()
    openings = report.check("開啟檔格式 openings canonical", read_openings, data)
    entries = report.check("清單格式、無重複 list canonical, no duplicates", read_list, list_data)
    report.check("每件承諾值都相符 every commitment opens", opens, openings)
    report.check("就是清單上的申請 exactly the list", is_list, openings, entries)
    report.check("就是移除的申請 exactly the removed", is_removed, openings, removed_data)
    report.check("車牌不重複 no plate is listed twice", no_plate_twice, openings)
    if openings:
        listed = Counter(row[4] for row in openings[1] if row[7] == LISTED)
        print(f"holders      {len(listed)}; most entries of one: {max(listed.values(), default=0)}")
        log = "log\n" + "".join(f"{row[6]}\n" for row in openings[1] if row[7] != LATE)
        print(f"log_root     {merkle_root(log.encode())}")
    print(f"list_sha256  {sha(list_data).hex()}")
    print("有效 VALID" if not report.failed else f"無效 NOT VALID: {report.failed} checks do not hold")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
