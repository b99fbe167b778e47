"""Check a monthly-pass draw (月票抽籤) offline. Needs Python 3.8 or newer and nothing else; it opens no connection.

    python verify_draw.py verify announce.txt list.tsv result.tsv [transcript.txt]
        Whether the result is the only one that list, announcement and randomness allow. One line per check.
    python verify_draw.py me list.tsv result.tsv DRAW_ID ENTRY_NO POOL PLATE HOLDER SALT
        One citizen's own place. HOLDER is your mobile number, the rest is on your receipt.
        Before the draw write - for result.tsv: whether you are on the list can still be contested then.

Exit status 0 only if everything holds. Then compare the printed announce_sha256 with the one that was published
before the draw, and the signature with any drand relay. The rules are those of the protocol PLD1.
"""

import hashlib
import re
import sys
import unicodedata
from datetime import datetime, timedelta

CHAIN = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"  # drand quicknet
GENESIS, PERIOD = 1692803367, 3
PUBLIC_KEY = (
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
)
DST = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
ALGORITHM = "PLD1-SHA256-FY"
SOURCES = ("drand", "witness", "drand+witness")
NOTICE_SECONDS = 600
LEAST_WITNESSES, LEAST_DICE = 3, 50
KEYS = (
    "draw_id", "alg", "n", "steps", "waitlist", "list_sha256", "merkle_root", "source", "beacon_chain",
    "beacon_round", "frozen_at", "draw_at", "verifier_sha256", "prev_result_sha256",
)  # fmt: skip
COLUMNS = "rank\tstatus\tno\tplace\tentry_no\tpool\tcommit"
HEX, NUMBER = "[0-9a-f]{64}", "0|[1-9][0-9]*"


class WrongError(Exception):
    """A check does not hold; says why."""


# The files


def sha(data):
    return hashlib.sha256(data).digest()


def cat(*values):
    """Each value behind its length as u32be, text as UTF-8."""
    data = [value.encode() if isinstance(value, str) else value for value in values]
    return b"".join(len(one).to_bytes(4, "big") + one for one in data)


def need(holds, why):
    if not holds:
        raise WrongError(why)


def shaped(pattern, text, what):
    need(re.fullmatch(pattern, text, re.ASCII), f"{what}: {text[:70]!r} is not allowed")
    return text


def number(text, what):
    return int(shaped(NUMBER, text, what))


def lines_of(data):
    """The lines of an ASCII file with LF ends and a final LF, no blanks at the end of a line."""
    need(data.endswith(b"\n"), "the last line does not end with LF")
    lines = data[:-1].split(b"\n")
    for at, line in enumerate(lines, 1):
        need(re.fullmatch(rb"[\t -~]*", line), f"line {at}: not plain ASCII (CR, BOM or another character)")
        need(line == line.rstrip(), f"line {at}: blanks at its end")
    return [line.decode("ascii") for line in lines]


def read_announcement(data):
    lines = lines_of(data)
    need(lines[0] == "PLD1-ANNOUNCE", "line 1 is not PLD1-ANNOUNCE")
    need(len(lines) == len(KEYS) + 1, f"{len(lines)} lines, not {len(KEYS) + 1}")
    fields = {}
    for at, (key, line) in enumerate(zip(KEYS, lines[1:]), 2):
        need(line.startswith(key + "="), f"line {at}: not {key}=")
        fields[key] = line[len(key) + 1 :]
    read_draw_id(fields["draw_id"])
    for key in ("list_sha256", "merkle_root", "verifier_sha256", "prev_result_sha256"):
        shaped(HEX, fields[key], key)
    number(fields["n"], "n")
    read_steps(fields["steps"])
    shaped(f"all|{NUMBER}", fields["waitlist"], "waitlist")
    read_time(fields["frozen_at"], "frozen_at")
    read_time(fields["draw_at"], "draw_at")
    return fields


def read_draw_id(text):
    shaped("[0-9A-Za-z._/-]{1,64}", text, "draw_id")
    need(not {"", ".", ".."} & set(text.split("/")), f"draw_id: {text!r} is not allowed")


def read_time(text, what):
    shaped(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00", text, what)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise WrongError(f"{what}: there is no {text}") from None


def read_steps(text):
    steps = []
    for part in text.split(","):
        shaped(rf"([A-Z0-9]{{1,8}}|\*):({NUMBER})", part, "steps")
        pool, quota = part.split(":")
        steps.append((pool, int(quota)))
    need(steps[-1][0] == "*", "steps: the last is not *")
    return steps


def read_list(data):
    """(draw_id, rows); a row is (commit, entry_no, pool, weight)."""
    lines = lines_of(data)
    head = lines[0].split("\t")
    need(len(head) == 3 and head[0] == "PLD1-LIST", "line 1 is not PLD1-LIST, draw_id, number of rows")
    read_draw_id(head[1])
    rows, seen, before = [], set(), ""
    for at, line in enumerate(lines[1:], 2):
        match = re.fullmatch(rf"({HEX})\t([0-9A-Z-]{{1,32}})\t([A-Z0-9]{{1,8}})\t([1-9]\d{{0,4}})", line, re.ASCII)
        need(match and int(match[4]) <= 65535, f"line {at}: not commit, entry, pool and weight")
        commit, entry, pool, weight = match.groups()
        need(commit != before, f"line {at}: the commit of the line before again")
        need(commit > before, f"line {at}: not in the order of commits")
        need(entry not in seen, f"line {at}: entry {entry} is there twice")
        seen.add(entry)
        before = commit
        rows.append((commit, entry, pool, int(weight)))
    need(number(head[2], "line 1") == len(rows), f"line 1 says {head[2]} rows, there are {len(rows)}")
    return head[1], rows


def merkle_root(data):
    """RFC 6962 over the rows of a list, without the first line and without LF."""
    level = [sha(b"\0" + row) for row in data[:-1].split(b"\n")[1:]]
    if not level:
        return sha(b"").hex()
    while len(level) > 1:
        pairs = [sha(b"\1" + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0].hex()


def result_head(data):
    """The key=value lines above the rows of a result."""
    head = data.split(b"\n" + COLUMNS.encode(), 1)[0].decode("ascii", "replace").split("\n")
    return dict(line.partition("=")[::2] for line in head if "=" in line)


def check_transcript(data, announcement, announced):
    """Witnesses' commits all open, and they and the dice are of this draw."""
    lines = lines_of(data)
    head = ["PLD1-WITNESS", f"draw_id={announcement['draw_id']}", f"announce_sha256={announced.hex()}"]
    need(lines[:3] == head, "it names another draw or announcement")
    body = lines[3:]
    count = sum(line.startswith("commit=") for line in body)
    need(count >= LEAST_WITNESSES, f"fewer than {LEAST_WITNESSES} witnesses")
    need(len(body) == 2 * count + 1, "not as many reveals as commits, then the dice")
    commits = {}
    for line in body[:count]:
        match = re.fullmatch(rf"commit=([^:]+):({HEX})", line, re.ASCII)
        need(match and match[1] == match[1].strip() and match[1] not in commits, f"{line[:60]!r} is no commit")
        commits[match[1]] = match[2]
    for line in body[count : 2 * count]:
        match = re.fullmatch(rf"reveal=([^:]+):((?:[0-9a-f]{{2}})*):({HEX})", line, re.ASCII)
        need(match and match[1] in commits, f"{line[:60]!r} reveals nothing committed to, or twice")
        value, salt = bytes.fromhex(match[2]), bytes.fromhex(match[3])
        said = cat("PLD1/witness", announcement["draw_id"], announced, match[1], value, salt)
        need(sha(said).hex() == commits.pop(match[1]), f"what {match[1]} revealed does not open the commit")
    need(re.fullmatch(rf"dice=[1-6]{{{LEAST_DICE},}}", body[-1]), f"not {LEAST_DICE} dice or more")


# The draw


def words(seed):
    k = 0
    while True:
        block = sha(b"PLD1/rng" + seed + k.to_bytes(8, "big"))
        for at in range(0, 32, 4):
            yield int.from_bytes(block[at : at + 4], "big")
        k += 1


def bounded(m, source):
    if m == 1:
        return 0
    mask = (1 << (m - 1).bit_length()) - 1
    while True:
        x = next(source) & mask
        if x < m:
            return x


def draw_order(weights, seed):
    tickets = [i for i, weight in enumerate(weights) for _ in range(weight)]
    source, count = words(seed), len(tickets)
    for i in range(count - 1):
        j = i + bounded(count - i, source)
        tickets[i], tickets[j] = tickets[j], tickets[i]
    return list(dict.fromkeys(tickets))


def places(pools, steps):
    """The step each winner won in, by place in the draw order."""
    won, rest = {}, 0
    for pool, quota in steps:
        rest += quota
        for at, own in enumerate(pools):
            if rest == 0:
                break
            if at not in won and pool in ("*", own):
                won[at] = pool
                rest -= 1
    return won


def recompute(announcement, announced, rows, head, transcript):
    """The result file that these inputs allow."""
    source = announcement["source"]
    lines = ["PLD1-RESULT", f"draw_id={announcement['draw_id']}", f"announce_sha256={announced.hex()}"]
    material = b""
    if "drand" in source:
        signature = bytes.fromhex(head["beacon_signature"])
        material += sha(signature)
        lines += [f"beacon_round={announcement['beacon_round']}", f"beacon_signature={signature.hex()}"]
        lines.append(f"beacon_randomness={sha(signature).hex()}")
    if "witness" in source:
        material += sha(transcript)
        lines.append(f"transcript_sha256={sha(transcript).hex()}")
    seed = sha(cat("PLD1/seed", announced, source, material))
    drawn = [rows[i] for i in draw_order([row[3] for row in rows], seed)]
    won = places([row[2] for row in drawn], read_steps(announcement["steps"]))
    most = len(rows) if announcement["waitlist"] == "all" else int(announcement["waitlist"])
    winners = waiting = 0
    lines += [f"seed={seed.hex()}", COLUMNS]
    for at, (commit, entry, pool, _) in enumerate(drawn):
        status, no = "X", 0
        if at in won:
            winners += 1
            status, no = "W", winners
        elif waiting < most:
            waiting += 1
            status, no = "B", waiting
        lines.append(f"{at + 1}\t{status}\t{no}\t{won.get(at, '-')}\t{entry}\t{pool}\t{commit}")
    return ("\n".join(lines) + "\n").encode("ascii")


def check_result(data, expected):
    if data == expected:
        return
    have, want = data.split(b"\n"), expected.split(b"\n")
    at = next((i for i, pair in enumerate(zip(have, want)) if pair[0] != pair[1]), min(len(have), len(want)))
    is_, must = ((lines[at] if at < len(lines) else b"(nothing)").decode("ascii", "replace") for lines in (have, want))
    raise WrongError(f"line {at + 1} is {is_[:90]!r}, must be {must[:90]!r}")


# BLS signatures on BLS12-381 as drand's quicknet makes them: signatures in G1, the key in G2

P = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB
R = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
LOOP = 0xD201000000010000
G2 = (
    (
        0x024AA2B2F08F0A91260805272DC51051C6E47AD4FA403B02B4510B647AE3D1770BAC0326A805BBEFD48056C8C121BDB8,
        0x13E02B6052719F607DACD3A088274F65596BD0D09920B61AB5DA61BBDC7F5049334CF11213945D57E5AC7D055D042B7E,
    ),
    (
        0x0CE5D527727D6E118CC9CDC6DA2E351AADFD9BAA8CBDD3A76D429A695160D12C923AC9CC3BACA289E193548608B82801,
        0x0606C4A02EA734CC32ACD2B02BC28B99CB3E287E85A763AF267492AB572E99AB3F370D275CEC1DA1AAA9075FF05F79BE,
    ),
)
# RFC 9380 §8.8.1 and appendix E.2: the curve that hashes are mapped to, and the 11-isogeny from there to G1's curve
A_ = 0x144698A3B8E9433D693A02C96D4982B0EA985383EE66A8D8E8981AEFD881AC98936F8DA0E0F97F5CF428082D584C1D
B_ = 0x12E2908D11688030018B12E8753EEE3B2016C1F0F24F4070A0B9C14FCEF35EF55A23215A316CEAA5D1CC48E98E172BE0
Z_ = 11
H_EFF = 0xD201000000010001
X_NUMERATOR, X_DENOMINATOR, Y_NUMERATOR, Y_DENOMINATOR = ([int(k, 16) for k in text.split()] for text in (
    """
    11a05f2b1e833340b809101dd99815856b303e88a2d7005ff2627b56cdb4e2c85610c2d5f2e62d6eaeac1662734649b7
    17294ed3e943ab2f0588bab22147a81c7c17e75b2f6a8417f565e33c70d1e86b4838f2a6f318c356e834eef1b3cb83bb
    0d54005db97678ec1d1048c5d10a9a1bce032473295983e56878e501ec68e25c958c3e3d2a09729fe0179f9dac9edcb0
    1778e7166fcc6db74e0609d307e55412d7f5e4656a8dbf25f1b33289f1b330835336e25ce3107193c5b388641d9b6861
    0e99726a3199f4436642b4b3e4118e5499db995a1257fb3f086eeb65982fac18985a286f301e77c451154ce9ac8895d9
    1630c3250d7313ff01d1201bf7a74ab5db3cb17dd952799b9ed3ab9097e68f90a0870d2dcae73d19cd13c1c66f652983
    0d6ed6553fe44d296a3726c38ae652bfb11586264f0f8ce19008e218f9c86b2a8da25128c1052ecaddd7f225a139ed84
    17b81e7701abdbe2e8743884d1117e53356de5ab275b4db1a682c62ef0f2753339b7c8f8c8f475af9ccb5618e3f0c88e
    080d3cf1f9a78fc47b90b33563be990dc43b756ce79f5574a2c596c928c5d1de4fa295f296b74e956d71986a8497e317
    169b1f8e1bcfa7c42e0c37515d138f22dd2ecb803a0c5c99676314baf4bb1b7fa3190b2edc0327797f241067be390c9e
    10321da079ce07e272d8ec09d2565b0dfa7dccdde6787f96d50af36003b14866f69b771f8c285decca67df3f1605fb7b
    06e08c248e260e70bd1e962381edee3d31d79d7e22c837bc23c0bf1bc24c6b68c24b1b80b64d391fa9c8ba2e8ba2d229
    """,
    """
    08ca8d548cff19ae18b2e62f4bd3fa6f01d5ef4ba35b48ba9c9588617fc8ac62b558d681be343df8993cf9fa40d21b1c
    12561a5deb559c4348b4711298e536367041e8ca0cf0800c0126c2588c48bf5713daa8846cb026e9e5c8276ec82b3bff
    0b2962fe57a3225e8137e629bff2991f6f89416f5a718cd1fca64e00b11aceacd6a3d0967c94fedcfcc239ba5cb83e19
    03425581a58ae2fec83aafef7c40eb545b08243f16b1655154cca8abc28d6fd04976d5243eecf5c4130de8938dc62cd8
    13a8e162022914a80a6f1d5f43e7a07dffdfc759a12062bb8d6b44e833b306da9bd29ba81f35781d539d395b3532a21e
    0e7355f8e4e667b955390f7f0506c6e9395735e9ce9cad4d0a43bcef24b8982f7400d24bc4228f11c02df9a29f6304a5
    0772caacf16936190f3e0c63e0596721570f5799af53a1894e2e073062aede9cea73b3538f0de06cec2574496ee84a3a
    14a7ac2a9d64a8b230b3f5b074cf01996e7f63c21bca68a81996e1cdf9822c580fa5b9489d11e2d311f7d99bbdcc5a5e
    0a10ecf6ada54f825e920b3dafc7a3cce07f8d1d7161366b74100da67f39883503826692abba43704776ec3a79a1d641
    095fc13ab9e92ad4476d6e3eb3a56680f682b4ee96f7d03776df533978f31c1593174e4b4b7865002d6384d168ecdd0a
    1
    """,
    """
    090d97c81ba24ee0259d1f094980dcfa11ad138e48a869522b52af6c956543d3cd0c7aee9b3ba3c2be9845719707bb33
    134996a104ee5811d51036d776fb46831223e96c254f383d0f906343eb67ad34d6c56711962fa8bfe097e75a2e41c696
    00cc786baa966e66f4a384c86a3b49942552e2d658a31ce2c344be4b91400da7d26d521628b00523b8dfe240c72de1f6
    01f86376e8981c217898751ad8746757d42aa7b90eeb791c09e4a3ec03251cf9de405aba9ec61deca6355c77b0e5f4cb
    08cc03fdefe0ff135caf4fe2a21529c4195536fbe3ce50b879833fd221351adc2ee7f8dc099040a841b6daecf2e8fedb
    16603fca40634b6a2211e11db8f0a6a074a7d0d4afadb7bd76505c3d3ad5544e203f6326c95a807299b23ab13633a5f0
    04ab0b9bcfac1bbcb2c977d027796b3ce75bb8ca2be184cb5231413c4d634f3747a87ac2460f415ec961f8855fe9d6f2
    0987c8d5333ab86fde9926bd2ca6c674170a05bfe3bdd81ffd038da6c26c842642f64550fedfe935a15e4ca31870fb29
    09fc4018bd96684be88c9e221e4da1bb8f3abd16679dc26c1e8b6e6a1f20cabe69d65201c78607a360370e577bdba587
    0e1bba7a1186bdb5223abde7ada14a23c42a0ca7915af6fe06985e7ed1e4d43b9b3f7055dd4eba6f2bafaaebca731c30
    19713e47937cd1be0dfd0b8f1d43fb93cd2fcbcb6caf493fd1183e416389e61031bf3a5cce3fbafce813711ad011c132
    18b46a908f36f6deb918c143fed2edcc523559b8aaf0c2462e6bfe7f911f643249d9cdf41b44d606ce07c8a4d0074d8e
    0b182cac101b9399d155096004f53f447aa7b12a3426b08ec02710e807b4633f06c851c1919211f20d4c04f00b971ef8
    0245a394ad1eca9b72fc00ae7be315dc757b3b080d4c158013e6632d3c40659cc6cf90ad1c232a6442d9d3f5db980133
    05c129645e44cf1102a159f748c4a3fc5e673d81d7e86568d9ab0f5d396a7ce46ba1049b6579afb7866b1e715475224b
    15e6be4e990f03ce4ea50b3b42df2eb5cb181d8f84965a3957add4fa95af01b2b665027efec01c7704b456be69c8b604
    """,
    """
    16112c4c3a9c98b252181140fad0eae9601a6de578980be6eec3232b5be72e7a07f3688ef60c206d01479253b03663c1
    1962d75c2381201e1a0cbd6c43c348b885c84ff731c4d59ca4a10356f453e01f78a4260763529e3532f6102c2e49a03d
    058df3306640da276faaae7d6e8eb15778c4855551ae7f310c35a5dd279cd2eca6757cd636f96f891e2538b53dbf67f2
    16b7d288798e5395f20d23bf89edb4d1d115c5dbddbcd30e123da489e726af41727364f2c28297ada8d26d98445f5416
    0be0e079545f43e4b00cc912f8228ddcc6d19c9f0f69bbb0542eda0fc9dec916a20b15dc0fd2ededda39142311a5001d
    08d9e5297186db2d9fb266eaac783182b70152c65550d881c5ecd87b6f0f5a6449f38db9dfa9cce202c6477faaf9b7ac
    166007c08a99db2fc3ba8734ace9824b5eecfdfa8d0cf8ef5dd365bc400a0051d5fa9c01a58b1fb93d1a1399126a775c
    16a3ef08be3ea7ea03bcddfabba6ff6ee5a4375efa1f4fd7feb34fd206357132b920f5b00801dee460ee415a15812ed9
    1866c8ed336c61231a1be54fd1d74cc4f9fb0ce4c6af5920abc5750c4bf39b4852cfe2f7bb9248836b233d9d55535d4a
    167a55cda70a6e1cea820597d94a84903216f763e13d87bb5308592e7ea7d4fbc7385ea3d529b35e346ef48bb8913f55
    04d2f259eea405bd48f010a01ad2911d9c6dd039bb61a6290e591b36e636a5c871a5c29f4f83060400f8b49cba8f6aa8
    0accbb67481d033ff5852c1e48c50c477f94ff8aefce42d28c0f9a88cea7913516f968986f7ebbea9684b529e2561092
    0ad6b9514c767fe3c3613144b45f1496543346d98adf02267d5ceef9a00d9b8693000763e3b90ac11e99b138573345cc
    02660400eb2e4f3b628bdd0d53cd76f2bf565b94e72927c1cb748df27942480e420517bd8714cc80d1fadc1326ed06f7
    0e0fa1d816ddc03e6b24255e0d7819c171c40f65e273b853324efcd6356caa205ca2f570f13497804415473a1d634b8f
    1
    """,
))  # fmt: skip


def root_of(a):
    """A square root modulo P, or None."""
    r = pow(a, (P + 1) // 4, P)
    return r if r * r % P == a % P else None


def add(p, q):
    """Points of y^2 = x^3 + 4; None is the one at infinity."""
    if p is None or q is None:
        return q if p is None else p
    if p[0] == q[0]:
        if (p[1] + q[1]) % P == 0:
            return None
        slope = 3 * p[0] * p[0] * pow(2 * p[1], -1, P)
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, P)
    x = (slope * slope - p[0] - q[0]) % P
    return x, (slope * (p[0] - x) - p[1]) % P


def times(n, p):
    total = None
    for bit in bin(n)[2:]:
        total = add(total, total)
        if bit == "1":
            total = add(total, p)
    return total


def expand(message, size):
    """RFC 9380 expand_message_xmd with SHA-256."""
    tail = DST + bytes([len(DST)])
    first = sha(bytes(64) + message + size.to_bytes(2, "big") + b"\0" + tail)
    blocks = [sha(first + b"\1" + tail)]
    while 32 * len(blocks) < size:
        mixed = bytes(a ^ b for a, b in zip(first, blocks[-1]))
        blocks.append(sha(mixed + bytes([len(blocks) + 1]) + tail))
    return b"".join(blocks)[:size]


def polynomial(coefficients, x):
    value = 0
    for k in reversed(coefficients):
        value = (value * x + k) % P
    return value


def map_to_curve(u):
    """Simplified SWU to the isogenous curve, then the isogeny."""
    zu2 = Z_ * u * u % P
    bottom = (zu2 * zu2 + zu2) % P
    x = -B_ * pow(A_, -1, P) * (1 + pow(bottom, -1, P)) % P if bottom else B_ * pow(Z_ * A_, -1, P) % P
    y = root_of(x**3 + A_ * x + B_)
    if y is None:
        x = zu2 * x % P
        y = root_of(x**3 + A_ * x + B_)
    if u % 2 != y % 2:
        y = P - y
    across = polynomial(X_NUMERATOR, x) * pow(polynomial(X_DENOMINATOR, x), -1, P) % P
    return across, y * polynomial(Y_NUMERATOR, x) * pow(polynomial(Y_DENOMINATOR, x), -1, P) % P


def hash_to_curve(message):
    data = expand(message, 128)
    one, other = (map_to_curve(int.from_bytes(half, "big") % P) for half in (data[:64], data[64:]))
    return times(H_EFF, add(one, other))


def signature_point(data):
    """A compressed point of G1 with its order checked, or WrongError."""
    need(len(data) == 48 and data[0] & 0xC0 == 0x80, "the signature is no compressed point")
    x = int.from_bytes(data, "big") % (1 << 381)
    y = root_of(x**3 + 4)
    need(x < P and y is not None, "the signature is no point of the curve")
    if (2 * y > P) != bool(data[0] & 0x20):
        y = P - y
    need(times(R, (x, y)) is None, "the signature is a point of another group")
    return x, y


# Fp2 is (a, b) for a + bu with u^2 = -1. Fp12 is twelve coefficients of w with u = w^6 - 1, so w^12 = 2w^6 - 2.


def mul2(a, b):
    return (a[0] * b[0] - a[1] * b[1]) % P, (a[0] * b[1] + a[1] * b[0]) % P


def sub2(a, b):
    return (a[0] - b[0]) % P, (a[1] - b[1]) % P


def inverse2(a):
    norm = pow(a[0] * a[0] + a[1] * a[1], -1, P)
    return a[0] * norm % P, -a[1] * norm % P


def mul12(a, b):
    wide = [0] * 23
    for i, x in enumerate(a):
        if x:
            for j, y in enumerate(b):
                wide[i + j] += x * y
    for k in range(22, 11, -1):
        wide[k - 6] += 2 * wide[k]
        wide[k - 12] -= 2 * wide[k]
    return [c % P for c in wide[:12]]


def power12(a, n):
    value = a
    for bit in bin(n)[3:]:
        value = mul12(value, value)
        if bit == "1":
            value = mul12(value, a)
    return value


def step(t, q, p):
    """(the line through t and q taken at p, t + q) for t, q on the twist of G2 and p in G1."""
    if t == q:
        top, bottom = mul2((3, 0), mul2(t[0], t[0])), (2 * t[1][0] % P, 2 * t[1][1] % P)
    else:
        top, bottom = sub2(q[1], t[1]), sub2(q[0], t[0])
    slope = mul2(top, inverse2(bottom))
    x = sub2(sub2(mul2(slope, slope), t[0]), q[0])
    y = sub2(mul2(slope, sub2(t[0], x)), t[1])
    line = [0] * 12
    for at, (a, b) in ((0, sub2(mul2(slope, t[0]), t[1])), (2, mul2(slope, (-p[0] % P, 0))), (3, (p[1], 0))):
        line[at], line[at + 6] = (a - b) % P, b
    return line, (x, y)


def miller(q, p):
    """The ate pairing's loop, up to factors that the final power makes 1."""
    f, t = [1] + [0] * 11, q
    for bit in bin(LOOP)[3:]:
        line, t = step(t, t, p)
        f = mul12(mul12(f, f), line)
        if bit == "1":
            line, t = step(t, q, p)
            f = mul12(f, line)
    return f


def key_point():
    """The pinned public key, decompressed."""
    data = bytes.fromhex(PUBLIC_KEY)
    x = (int.from_bytes(data[48:], "big"), int.from_bytes(data[:48], "big") % (1 << 381))
    cube = mul2(mul2(x, x), x)
    a, b = (cube[0] + 4) % P, (cube[1] + 4) % P
    norm = root_of(a * a + b * b)
    real = root_of((a + norm) * pow(2, -1, P)) or root_of((a - norm) * pow(2, -1, P))
    y = (real, b * pow(2 * real, -1, P) % P)
    if (2 * y[1] > P) != bool(data[0] & 0x20):
        y = (P - y[0], P - y[1])
    return x, y


def check_signature(beacon_round, signature):
    """e(H(message), key) = e(signature, g2)."""
    hashed = hash_to_curve(sha(beacon_round.to_bytes(8, "big")))
    x, y = signature_point(signature)
    product = mul12(miller(key_point(), hashed), miller(G2, (x, P - y)))
    holds = power12(product, (P**12 - 1) // R) == [1] + [0] * 11
    need(holds, "not drand's signature of this round")


# What is printed


class Report:
    """One line per check; counts those that do not hold."""

    def __init__(self):
        self.failed = 0

    def check(self, name, test, *given):
        """The value of test(*given), or None when it does not hold or something given did not."""
        if any(value is None for value in given):
            self.failed += 1
            print(f"WRONG  {name}: cannot be checked")
            return None
        try:
            value = test(*given)
        except WrongError as error:
            self.failed += 1
            print(f"WRONG  {name}: {error}")
            return None
        print(f"ok     {name}")
        return True if value is None else value

    def unused(self, name, source):
        print(f"-      {name}: not used, source is {source}")


def same(is_, must, what):
    need(is_ == must, f"{what} is {is_}, must be {must}")


def verify(announce_path, list_path, result_path, transcript_path=None):
    """All checks of the protocol; returns how many do not hold."""
    announce_data, list_data, result_data = (read(path) for path in (announce_path, list_path, result_path))
    transcript = read(transcript_path) if transcript_path else None
    announced = sha(announce_data)
    report = Report()
    a = report.check("公告格式 announcement canonical", read_announcement, announce_data)
    entries = report.check("清單格式、無重複 list canonical, no duplicates", read_list, list_data)
    head = result_head(result_data)

    def draw_id(a, entries):
        same(entries[0], a["draw_id"], "that of the list")
        same(head.get("draw_id"), a["draw_id"], "that of the result")

    def notice(a):
        seconds = (read_time(a["draw_at"], "") - read_time(a["frozen_at"], "")) // timedelta(seconds=1)
        need(seconds >= NOTICE_SECONDS, f"only {seconds} s")

    report.check("抽籤代號 draw_id", draw_id, a, entries)
    report.check("演算法 algorithm", lambda a: same(a["alg"], ALGORITHM, "alg"), a)
    report.check("筆數 n", lambda a, entries: same(len(entries[1]), int(a["n"]), "the list's"), a, entries)
    report.check("清單雜湊 list_sha256", lambda a: same(sha(list_data).hex(), a["list_sha256"], "that of the file"), a)
    report.check(
        "雜湊樹根 merkle_root",
        lambda a, _: same(merkle_root(list_data), a["merkle_root"], "that of the rows"), a, entries,
    )  # fmt: skip
    report.check("公告滿 10 分鐘才抽籤 draw_at - frozen_at >= 600 s", notice, a)
    known = "|".join(map(re.escape, SOURCES))
    source = report.check("亂數來源 source", lambda a: shaped(known, a["source"], "source"), a)
    sources_hold = verify_beacon(report, a, source, head)
    if source == "drand":
        report.unused("見證紀錄 witness transcript", source)
    else:
        opened = report.check(
            "見證紀錄屬於本次抽籤 witness transcript opens and names this draw",
            check_transcript, transcript, a, source and announced,
        )  # fmt: skip
        sources_hold = sources_hold and opened
    report.check(
        "抽籤結果逐位元組相同 result byte-identical to the recomputed one",
        lambda a, entries, _: check_result(result_data, recompute(a, announced, entries[1], head, transcript)),
        a, entries, sources_hold,
    )  # fmt: skip
    print_end(report, a, announced, list_data, result_data)
    return report.failed


def verify_beacon(report, a, source, head):
    """The five checks of the beacon; True when all hold or it is not used."""
    names = (
        "亂數鏈 chain hash", "期別為抽籤時刻起第一期 round is the first at draw_at",
        "結果採用公告之期別 result uses the announced round",
        "亂數為簽章之雜湊 randomness = SHA256(signature)", "亂數簽章 BLS signature",
    )  # fmt: skip
    if source == "witness":
        for name in names:
            report.unused(name, source)
        return True

    def first_round(a):
        seconds = int(read_time(a["draw_at"], "").timestamp()) - GENESIS
        same(a["beacon_round"], str(-(-seconds // PERIOD) + 1), "beacon_round")

    def randomness():
        signature = bytes.fromhex(shaped("[0-9a-f]{96}", head.get("beacon_signature", ""), "beacon_signature"))
        same(head.get("beacon_randomness"), sha(signature).hex(), "beacon_randomness")
        return signature

    chain = report.check(names[0], lambda a: same(a["beacon_chain"], CHAIN, "beacon_chain"), a)
    first = report.check(names[1], first_round, a)
    used = report.check(names[2], lambda a: same(head.get("beacon_round"), a["beacon_round"], "its beacon_round"), a)
    signature = report.check(names[3], randomness)
    signed = report.check(
        names[4], lambda a, _, signature: check_signature(int(a["beacon_round"]), signature), a, first, signature
    )
    return True if source and chain and first and used and signed else None


def print_end(report, a, announced, list_data, result_data):
    print()
    print(f"announce_sha256  {announced.hex()}")
    print(f"list_sha256      {sha(list_data).hex()}")
    print(f"result_sha256    {sha(result_data).hex()}")
    own = sha(read(__file__)).hex()
    bound = "" if a is None or a["verifier_sha256"] == own else "  (the announcement binds another version)"
    print(f"this script      {own}{bound}")
    if a is not None and a["draw_id"].startswith("TEST/"):
        print("演練 This is a rehearsal, not a draw.")
    print("有效 VALID" if not report.failed else f"無效 NOT VALID: {report.failed} checks do not hold")


def me(list_path, result_path, draw_id, entry_no, pool, plate, holder, salt):
    """One citizen's own place, from the citizen's own plate and number; returns 0 if found."""
    list_id, rows = read_list(read(list_path))
    same(list_id, draw_id, "the draw of the list")
    plate, holder = folded(plate), folded(holder).replace("-", "")
    shaped("[A-Z0-9]{2,4}-[A-Z0-9]{2,4}", plate, "PLATE")
    shaped("[0-9A-Z]{8,10}", holder, "HOLDER")
    secret = bytes.fromhex(shaped(HEX, salt, "SALT"))
    at = next((i for i, row in enumerate(rows) if row[1] == entry_no), None)
    need(at is not None, f"entry {entry_no} is not on the list: ask for the reason before the draw (removed.tsv)")
    weight = rows[at][3].to_bytes(4, "big")
    commit = sha(cat("PLD1/entry", draw_id, entry_no, pool, weight, plate, holder, secret)).hex()
    print(f"commit  {commit}")
    need((rows[at][0], rows[at][2]) == (commit, pool), "the list has this entry with another commit or pool than yours")
    print(f"ok     在清單上 on the list, row {at + 1} of {len(rows)}")
    if result_path == "-":
        return 0
    data = read(result_path)
    same(result_head(data).get("draw_id"), draw_id, "the draw of the result")
    found = [line.split("\t") for line in lines_of(data) if line.endswith(f"\t{entry_no}\t{pool}\t{commit}")]
    need(len(found) == 1 and len(found[0]) == 7, "the result has not exactly one row of this entry")
    rank, status, no = found[0][:3]
    words_ = {"W": f"正取 {no} won, no. {no}", "B": f"備取 {no} waiting, no. {no}", "X": "未中籤 not drawn"}
    need(status in words_, f"status {status!r} is none")
    print(f"ok     {words_[status]} (rank {rank} of {len(rows)}). Run verify as well: it checks the result itself.")
    return 0


def folded(text):
    """Half-width, upper case, one kind of dash, no blanks."""
    normal = unicodedata.normalize("NFKC", text).upper()
    dashed = ("-" if unicodedata.category(c) == "Pd" or c in "−ー_~·•‧・.⁃˗➖" else c for c in normal)
    return "".join(c for c in dashed if not c.isspace() and unicodedata.category(c) != "Cf")


def read(path):
    with open(path, "rb") as file:
        return file.read()


def main(arguments):
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")
    command, *given = arguments or ["help"]
    try:
        if command == "verify" and len(given) in (3, 4):
            return 1 if verify(*given) else 0
        if command == "me" and len(given) == 8:
            return me(*given)
    except WrongError as error:
        print(f"WRONG  {error}")
        return 1
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    print(__doc__.strip(), file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
