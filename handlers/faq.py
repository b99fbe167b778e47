"""答客問: choose a question or type one; what was typed is searched in both languages."""

from pydantic import BaseModel

from bot.conversation import Conversation, Done, Goto, Outcome, Switch, entry, step
from bot.message import Message
from bot.postback import door
from bot.triggers import Words
from bot.turn import Turn
from domain.plates import looks_like_plate
from domain.reader import msgid
from domain.weblinks import holds_link
from flex_templates import faq
from flex_templates.person import anyone
from handlers.answering import ANSWERS
from handlers.plate_steps import COMPARES
from services.questions import QuestionBook

FIRST = 6  # questions offered before anything is typed


class Faq(Conversation["Faq.Data"]):
    key = "faq"
    triggers = (Words("答客問", "常見問題", "faq", "questions and answers", "questions"),)
    title = msgid("答客問")
    explains = msgid("常見的問題與回答")
    place = 110

    class Data(BaseModel):
        typed: str = ""

    def __init__(self, questions: QuestionBook) -> None:
        self._questions = questions

    @entry
    def begin(self, _turn: Turn[Data]) -> Outcome:
        return Goto(self.ask)

    @entry
    def show(self, turn: Turn[Data]) -> Outcome:
        """One answer, by its button; a question that is no longer kept leads to the list."""
        question = self._questions.now(turn.uow).find(turn.value("id"))
        if question is None:
            return Goto(self.ask)
        told = question.told(turn.reader.language)
        go_on = turn.t(question.leads_to) if question.leads_to else ""
        return Done(faq.answer(turn.reader, told.ask, told.answer, anyone(turn.reader), go_on))

    @step()
    def ask(self, turn: Turn[Data]) -> Message:
        questions = self._questions.now(turn.uow)
        found = questions.search(turn.data.typed)
        if found:
            said = turn.t("您問的可能是：")
        elif turn.data.typed:
            said = turn.t("沒有找到相關的回答。請換個說法，或撥打電話詢問。大家常問：")
        else:
            said = turn.t("大家常問：")
        buttons = [
            (question.told(turn.reader.language).ask, door(self.key, "show", id=question.id))
            for question in (found or questions.every[:FIRST])
        ]
        return faq.questions(turn.reader, said, buttons, anyone(turn.reader))

    @ask.answer
    def asked(self, turn: Turn[Data]) -> Outcome:
        if looks_like_plate(turn.typed):  # changed their mind: what does it owe?
            return Switch(ANSWERS)
        if holds_link(turn.typed):  # not a question, but a message they got
            return Switch(COMPARES)
        turn.data.typed = turn.typed[:200]
        return Goto(self.ask)
