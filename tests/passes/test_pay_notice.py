"""重發繳費簡訊: in the chat, or by SMS to whoever applied at the counter; never twice by one impatient press."""

import pytest

from domain.notices import Channel
from domain.rounds import RoundRuleError
from services.draws import pay_notice
from services.draws.pay_notice import PayNotice
from services.draws.sms_news import OF_ENTRY
from services.sms import place
from tests.passes.paying import PayWorld
from tests.passes.world import STAFF

PAGE = "http://localhost:8000/passes/"


@pytest.fixture
def notice(payers: PayWorld) -> PayNotice:
    return PayNotice(payers.desk, payers.entries, payers.board, payers.telling, payers.draw_sms)


def test_it_goes_to_the_chat_once_in_a_while_where_something_is_to_be_paid(payers: PayWorld, notice: PayNotice) -> None:
    draw_id = payers.drawn(3, steps="*:2")
    winner, other = payers.holder(draw_id, 1), payers.holder(draw_id, 2)
    payers.paid(other)
    assert notice.send(draw_id, payers.number(winner), staff=STAFF) is Channel.LINE
    (told,) = payers.posted.told("pass_pay_soon")
    assert told["pay_url"].startswith("http://localhost:8000/p/")
    with pytest.raises(RoundRuleError, match="剛才已經發過"):
        notice.send(draw_id, payers.number(winner), staff=STAFF)
    for entry in (other, payers.sql("SELECT entry_id FROM draw_rank WHERE status = 'B'")[0]["entry_id"]):
        with pytest.raises(RoundRuleError, match="待繳費"):
            notice.send(draw_id, payers.number(entry), staff=STAFF)
    assert payers.sql("SELECT actor, detail FROM audit_row WHERE action = 'entry.pay_notice_sent'") == [
        {"actor": STAFF, "detail": {"by": "line"}}
    ]


def test_who_applied_without_line_gets_an_sms_with_the_page_to_pay_on(
    payers: PayWorld, notice: PayNotice, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_id = payers.drawn(3)
    winner = payers.holder(draw_id, 1)
    payers.sql("UPDATE pass_entry SET channel = NULL, citizen = NULL WHERE id = :entry", entry=winner)
    with pytest.raises(RoundRuleError, match="演練不發簡訊"):
        notice.send(draw_id, payers.number(winner), staff=STAFF)
    monkeypatch.setattr(pay_notice, "is_rehearsal", lambda _: False)  # of a real draw the days to pay are over
    assert notice.send(draw_id, payers.number(winner), staff=STAFF) is Channel.SMS
    assert payers.posted.told("pass_pay_soon") == []
    (row,) = payers.sql("SELECT id, body, recipient, topic, channel, citizen FROM sms_message")
    words = payers.cipher.decrypt(row["body"], place("body", row["id"]))
    assert words.endswith(f"，請於8月26日以前繳費，查詢與繳費：{PAGE}")
    assert payers.number(winner) in words
    assert (row["topic"], row["channel"], row["citizen"]) == ("draw", OF_ENTRY, str(winner))
    payers.sql("UPDATE audit_row SET at = at - interval '11 minutes' WHERE action = 'entry.pay_notice_sent'")
    payers.sql("UPDATE pass_entry SET holder = NULL, holder_hash = NULL WHERE id = :entry", entry=winner)
    with pytest.raises(RoundRuleError, match="已經刪除"):
        notice.send(draw_id, payers.number(winner), staff=STAFF)
