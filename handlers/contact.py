"""聯絡我們: a case with the service desk. While it is open a person hears what no question of ours takes."""

import uuid

from bot.conversation import Aside, Conversation, Done, Goto, NoData, Outcome, Unheard, entry, step
from bot.input import Input, Location, OtherMessage, Photo, Sticker, Text
from bot.message import Message
from bot.postback import door
from bot.triggers import Words
from bot.turn import Turn
from domain.cities import Cities
from domain.clock import city_date
from domain.dates import day
from domain.reader import Reader, msgid
from flex_templates import desk as cards
from flex_templates.card import Press
from flex_templates.person import anyone, offices
from services.desk.threads import Said, Threads

KEY = "contact"
GOOD, BAD = "1", "0"


def judging(reader: Reader, thread_id: str) -> cards.Judging:
    """The buttons under a case that is over. They may be pressed days later, or be made up: all is checked again."""
    return cards.Judging(
        good=Press(reader.t("滿意"), door(KEY, "judge", thread=thread_id, verdict=GOOD)),
        bad=Press(reader.t("不滿意"), door(KEY, "judge", thread=thread_id, verdict=BAD)),
        again=Press(reader.t("還有問題"), door(KEY, "open_again", thread=thread_id)),
    )


def going_on(reader: Reader, thread_id: str) -> Press:
    """The button under a case that staff opened again: from then on a person hears what is written."""
    return Press(reader.t("繼續這個案件"), door(KEY, "open_again", thread=thread_id))


class Contact(Conversation[NoData]):
    key = KEY
    version = 2
    triggers = (Words("聯絡我們", "客服", "contact"),)
    title = msgid("聯絡我們")
    explains = msgid("寫給承辦人員，或打電話")

    def __init__(self, cities: Cities, threads: Threads) -> None:
        self._cities = cities
        self._threads = threads

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        case = self._threads.open_case(turn.uow, turn.channel, turn.citizen)
        if case is None:
            return Goto(self.question)
        turn.have_heard(by_person=True)
        return Done(cards.in_hand(turn.reader, case.number, self._hours(turn.reader), [anyone(turn.reader)]))

    @step(accepts=(Text, Photo, Location))
    def question(self, turn: Turn[NoData]) -> Message:
        return cards.ask(turn.reader, self._hours(turn.reader), offices(turn.reader, self._cities.values()))

    @question.answer
    def asked(self, turn: Turn[NoData]) -> Outcome:
        case = self._threads.write(turn.uow, turn.channel, turn.citizen, said(turn.input))
        turn.have_heard(by_person=True)
        opens = self._threads.answered_on(turn.uow)
        answered_on = day(turn.reader, opens, city_date(turn.now)) if opens else ""
        return Done(cards.received(turn.reader, case.number, self._hours(turn.reader), answered_on))

    @entry
    def hear(self, turn: Turn[NoData]) -> Outcome:
        """Whatever nobody asked for while a case is open: to staff, and not a word from us."""
        if self._threads.open_case(turn.uow, turn.channel, turn.citizen) is None:
            return Unheard()
        if isinstance(turn.input, OtherMessage):
            return Aside(turn.text("這裡只能收文字、照片和位置，這一則沒有送出。"), again=False)
        self._threads.write(turn.uow, turn.channel, turn.citizen, said(turn.input))
        turn.have_heard(by_person=True)
        return Aside(again=False)

    @entry
    def end(self, turn: Turn[NoData]) -> Outcome:
        """結束."""
        turn.have_heard(by_person=False)
        case = self._threads.end(turn.uow, turn.channel, turn.citizen)
        if case is None:
            return Done(turn.text("目前沒有進行中的案件。需要協助時請按「聯絡我們」。"))
        return Done(cards.closed(turn.reader, case.number, judging(turn.reader, str(case.id))))

    @entry
    def judge(self, turn: Turn[NoData]) -> Outcome:
        """滿意／不滿意."""
        satisfied = turn.value("verdict") == GOOD
        case = self._threads.judge(turn.uow, turn.channel, turn.citizen, _pressed(turn), satisfied=satisfied)
        again = judging(turn.reader, str(case.id)).again
        return Aside(cards.judged(turn.reader, case.number, satisfied=satisfied, again=again), again=True)

    @entry
    def open_again(self, turn: Turn[NoData]) -> Outcome:
        """還有問題."""
        case = self._threads.open_again(turn.uow, turn.channel, turn.citizen, _pressed(turn))
        turn.have_heard(by_person=True)
        return Done(cards.opened_again(turn.reader, case.number, self._hours(turn.reader)))

    def _hours(self, reader: Reader) -> str:
        return self._threads.rules.hours.told(reader.language)


def said(given: Input) -> Said:
    """What staff read of an input. Raises TypeError for a kind that they cannot."""
    match given:
        case Text():
            return Said(given.text.strip(), message_id=given.message_id)
        case Photo():
            return Said(photo=True, message_id=given.message_id)
        case Location():
            named = " ".join(part for part in (given.title, given.address) if part)
            return Said(f"（位置）{named} {given.latitude:.5f}, {given.longitude:.5f}")
        case Sticker():
            return Said("（貼圖）")
        case _:
            raise TypeError(f"no words for {type(given).__name__}")


def _pressed(turn: Turn[NoData]) -> uuid.UUID:
    """The case a button names; made-up ones name none."""
    try:
        return uuid.UUID(turn.value("thread"))
    except ValueError:
        return uuid.UUID(int=0)
