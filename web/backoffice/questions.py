"""答客問: questions and answers in both languages, in the order in which they are offered."""

from collections.abc import Mapping
from typing import Any

from flask.typing import ResponseReturnValue

from domain.staff import Power, StaffRuleError
from services.citytexts import Written
from services.questions import PLACES_APART, Question
from web.backoffice.room import Room, show
from web.backoffice.texts import TextPages, shaped, tongues


def register(room: Room) -> None:
    """Its routes."""
    views = _Questions(room, room.services.questions.texts)
    room.page("/questions", "questions", views.look, Power.NEWS)
    room.page("/questions/new", "question_new", views.new, Power.NEWS)
    room.page("/questions/preview", "question_preview", views.preview, Power.NEWS, ("POST",))
    room.page("/questions/save", "question_save", views.save, Power.NEWS, ("POST",))
    room.page("/questions/edit/<key>", "question", views.one, Power.NEWS)
    room.page("/questions/shelf/<key>", "question_shelf", views.shelf, Power.NEWS, ("POST",))


class _Questions(TextPages[Question]):
    home = "questions"
    labels = {
        "zh.ask": "中文問題",
        "zh.answer": "中文回答",
        "en.ask": "英文問題",
        "en.answer": "英文回答",
        "words": "其他說法",
        "leads_to": "接著開啟",
        "place": "順序",
    }

    def look(self) -> ResponseReturnValue:
        """GET: all questions in their order."""
        return show("questions.html", "答客問", rows=self._every())

    def new(self) -> ResponseReturnValue:
        """GET: the form of a new one, at the end."""
        last = max((one.text.place for one in self._every()), default=0)
        return self.form("", 0, {"place": str(last + PLACES_APART)})

    def read(self, key: str, values: Mapping[str, str]) -> Question:
        if values["leads_to"] and values["leads_to"] not in self.services.doors():
            raise StaffRuleError("「接著開啟」要選清單裡的一項")
        single = {"words": values["words"], "leads_to": values["leads_to"], "place": values["place"]}
        return shaped(Question, {"id": key, **single, **tongues(values, "ask", "answer")}, self.labels)

    def fields(self, text: Question) -> Mapping[str, str]:
        single = {"words": text.words, "leads_to": text.leads_to, "place": str(text.place)}
        told = {"zh.ask": text.zh.ask, "zh.answer": text.zh.answer, "en.ask": text.en.ask, "en.answer": text.en.answer}
        return {**single, **told}

    def form(
        self,
        key: str,
        of: int,
        values: Mapping[str, str],
        found: Written[Question] | None = None,
        preview: Question | None = None,
    ) -> ResponseReturnValue:
        told: dict[str, Any] = {"key": key, "version": of, "values": values, "found": found, "preview": preview}
        return show("question.html", "問題內容" if key else "新增問題", doors=self.services.doors(), **told)

    def _every(self) -> list[Written[Question]]:
        with self.services.unit() as uow:
            return sorted(self.texts.every(uow), key=lambda one: (one.text.place, one.key))
