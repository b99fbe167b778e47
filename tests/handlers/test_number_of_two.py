"""A number that two people register: its holder is asked, silence gives it away, nobody else decides."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import text

from domain.accounts import AccountState
from infra.database import UnitOfWorkFactory
from tests.accounts import new_mobile
from tests.flow import CHANNEL, Answer
from tests.handlers.newcomers import NAME, Newcomer, age, wrong


def hand_over(units: UnitOfWorkFactory, make: Callable[..., Newcomer]) -> tuple[Newcomer, Newcomer, Answer]:
    """A holder, and a second person whose SMS arrive at the same number."""
    holder = make()
    holder.register("陳大文")
    claimant = make(holder.mobile)
    age(units, claimant.flow.citizen, timedelta(minutes=2))
    return holder, claimant, claimant.register()


def notices(units: UnitOfWorkFactory, citizen: str) -> str:
    """Everything posted to a citizen, as it goes out."""
    with units() as uow:
        found = text("SELECT body FROM outbound_message WHERE lane = :lane ORDER BY seq")
        return "\n".join(bytes(row[0]).decode() for row in uow.connection.execute(found, {"lane": citizen}))


def test_a_number_of_another_account_waits_for_its_holder(
    chat_units: UnitOfWorkFactory, make_newcomer: Callable[..., Newcomer]
) -> None:
    holder, claimant, answer = hand_over(chat_units, make_newcomer)
    assert "等候確認號碼" in answer
    assert (holder.state(), claimant.state()) == (AccountState.LIVE, AccountState.WAITING)
    told = notices(chat_units, holder.flow.citizen)
    assert "還是您的嗎" in told
    assert claimant.mobile not in told
    assert NAME not in told
    assert "陳大文" not in str(answer.messages)


def test_nobody_learns_from_the_answers_whether_a_number_is_registered(make_newcomer: Callable[..., Newcomer]) -> None:
    """Up to the right code, which only the number's own phone shows, everything is said alike."""
    known = make_newcomer()
    known.register()
    age(known.units, known.flow.citizen, timedelta(minutes=2))
    said = []
    for mobile in (known.mobile, new_mobile()):
        stranger = make_newcomer(mobile)
        asked = stranger.until_code()
        answers = [asked, stranger.flow.say(wrong(stranger.code())), stranger.flow.say("不知道")]
        shown = "\n".join(f"{answer.shown} {list(answer.buttons)}" for answer in answers)
        said.append(shown.replace(f"{mobile[:4]}-•••-{mobile[-3:]}", "NUMBER"))
    assert said[0] == said[1]
    assert "再試 2 次" in said[0]


def takeover_id(units: UnitOfWorkFactory, newcomer: Newcomer) -> str:
    with units() as uow:
        row = newcomer.flow.services["accounts"].row(uow, CHANNEL, newcomer.flow.citizen)
        found = text(
            "SELECT id FROM takeover WHERE holder_id = :id OR claimant_id = :id ORDER BY asked_at DESC LIMIT 1"
        )
        return str(uow.connection.execute(found, {"id": row.id}).scalar_one())


def test_the_holder_says_no_longer_mine(chat_units: UnitOfWorkFactory, make_newcomer: Callable[..., Newcomer]) -> None:
    holder, claimant, _ = hand_over(chat_units, make_newcomer)
    which = takeover_id(chat_units, holder)
    holder.flow.send_data(f"takeover.give_up?id={which}")
    assert (holder.state(), claimant.state()) == (AccountState.LOCKED, AccountState.LIVE)
    assert "註冊完成" in notices(chat_units, claimant.flow.citizen)
    assert "請登記新的手機號碼" in notices(chat_units, holder.flow.citizen)
    holder.mobile = new_mobile()
    holder.flow.say("註冊")
    holder.flow.say(holder.mobile)
    holder.flow.say(holder.code())
    assert "註冊完成" in holder.flow.say("陳大文")
    assert holder.history() == ["account.registered", "account.number_given_up", "account.opened_again"]


def test_the_holder_says_still_mine(chat_units: UnitOfWorkFactory, make_newcomer: Callable[..., Newcomer]) -> None:
    holder, claimant, _ = hand_over(chat_units, make_newcomer)
    which = takeover_id(chat_units, holder)
    assert "號碼仍是您的" in holder.flow.send_data(f"takeover.keep?id={which}")
    assert (holder.state(), claimant.state()) == (AccountState.LIVE, None)
    assert "沒有完成註冊" in notices(chat_units, claimant.flow.citizen)
    assert "已經結束" in holder.flow.send_data(f"takeover.give_up?id={which}")
    assert holder.state() is AccountState.LIVE


def test_nobody_but_the_holder_answers(chat_units: UnitOfWorkFactory, make_newcomer: Callable[..., Newcomer]) -> None:
    holder, claimant, _ = hand_over(chat_units, make_newcomer)
    which = takeover_id(chat_units, holder)
    for other in (claimant, make_newcomer()):
        for data in (f"takeover.give_up?id={which}", f"takeover.keep?id={which}", "takeover.give_up?id=x"):
            assert "已經結束" in other.flow.send_data(data)
    assert (holder.state(), claimant.state()) == (AccountState.LIVE, AccountState.WAITING)


def test_silence_gives_the_number_away_after_its_days(
    chat_units: UnitOfWorkFactory, make_newcomer: Callable[..., Newcomer]
) -> None:
    holder, claimant, _ = hand_over(chat_units, make_newcomer)
    which = takeover_id(chat_units, holder)
    takeovers = holder.flow.services["takeovers"]
    with chat_units() as uow:
        assert not takeovers.grant_unanswered(uow, which)
        uow.connection.execute(
            text("UPDATE takeover SET due_at = due_at - interval '7 days' WHERE id = :id"), {"id": which}
        )
    with chat_units() as uow:
        assert which in [str(found) for found in takeovers.due(uow)]
        assert takeovers.grant_unanswered(uow, which)
    with chat_units() as uow:
        assert not takeovers.grant_unanswered(uow, which)
    assert (holder.state(), claimant.state()) == (AccountState.LOCKED, AccountState.LIVE)


def test_a_third_claim_makes_the_second_give_way(
    chat_units: UnitOfWorkFactory, make_newcomer: Callable[..., Newcomer]
) -> None:
    holder, second, _ = hand_over(chat_units, make_newcomer)
    third = make_newcomer(holder.mobile)
    age(chat_units, third.flow.citizen, timedelta(minutes=2))
    third.register("林三")
    assert (holder.state(), second.state(), third.state()) == (AccountState.LIVE, None, AccountState.WAITING)


def test_who_waits_may_take_another_number(
    chat_units: UnitOfWorkFactory, make_newcomer: Callable[..., Newcomer]
) -> None:
    holder, claimant, _ = hand_over(chat_units, make_newcomer)
    age(chat_units, claimant.flow.citizen, timedelta(minutes=2))
    claimant.mobile = new_mobile()
    claimant.flow.say("註冊")
    claimant.flow.say(claimant.mobile)
    claimant.flow.say(claimant.code())
    assert "註冊完成" in claimant.flow.say(NAME)
    with chat_units() as uow:
        assert takeover_open(uow, holder) == 0
    assert (holder.state(), claimant.state()) == (AccountState.LIVE, AccountState.LIVE)


def takeover_open(uow: object, holder: Newcomer) -> int:
    row = holder.flow.services["accounts"].row(uow, CHANNEL, holder.flow.citizen)
    found = text("SELECT count(*) FROM takeover WHERE holder_id = :id AND decided_at IS NULL")
    return uow.connection.execute(found, {"id": row.id}).scalar_one()  # type: ignore[attr-defined]
