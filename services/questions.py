"""答客問: questions and answers, found by what a citizen types in either language.

config/faq.toml is what there is to begin with; staff change it and add to it in the browser.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field

from domain.reader import Language
from infra.configfile import Strict, read_config
from infra.database import UnitOfWork
from infra.settings import SettingsError
from services.citytexts import CityTexts

FILE = Path(__file__).parent.parent / "config" / "faq.toml"
MOST_FOUND = 5
IN_WORDS, IN_QUESTION, IN_ANSWER = 8, 6, 1  # what a shared word is worth, by where it is
_CHINESE = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
_LATIN = re.compile(r"[a-z0-9]+")
_SAY_NOTHING = (
    "a an the is are am be do does did can could i my me you your it to of on in at for and or"
    " how what when where why 怎麼 如何 什麼 為什 可以 請問 我的 嗎"
)
_EMPTY_WORDS = frozenset(_SAY_NOTHING.split())

KIND = "question"
PLACES_APART = 10  # of the file's questions, so that another fits between two
Text = Annotated[str, Field(min_length=1, max_length=600)]


class Told(Strict):
    """A question and its answer in one language. `ask` is a button: 40 letters at most."""

    ask: Annotated[str, Field(min_length=2, max_length=40)]
    answer: Text


class Question(Strict):
    """One question."""

    id: Annotated[str, Field(pattern=r"^[a-z_]{1,32}$")]
    place: Annotated[int, Field(ge=0, le=9999)] = 0  # the lowest is the most asked
    words: Annotated[str, Field(max_length=200)] = ""  # what people also call it
    leads_to: Annotated[str, Field(max_length=20)] = ""  # word that opens the conversation to go on with
    zh: Told
    en: Told

    def told(self, language: Language) -> Told:
        """The question in the reader's language."""
        return self.en if language is Language.EN else self.zh


class _File(Strict):
    question: Annotated[list[Question], Field(min_length=1)]


@dataclass(frozen=True)
class Questions:
    """All questions of one moment, the most asked first."""

    every: Sequence[Question]

    @classmethod
    def load(cls, file: Path = FILE) -> "Questions":
        """The questions of the file. Raises SettingsError, one line that names what is wrong."""
        read = read_config(file, _File).question
        names = [question.id for question in read]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise SettingsError(f"{file.name}: two questions are called {twice}")
        return cls(tuple(one.model_copy(update={"place": PLACES_APART * at}) for at, one in enumerate(read, start=1)))

    def find(self, question_id: str) -> Question | None:
        """One question by its id."""
        return next((question for question in self.every if question.id == question_id), None)

    def search(self, typed: str) -> Sequence[Question]:
        """The questions that share most with what was typed, the best first; none when nothing is shared."""
        wanted = _features(typed)
        scored = [(sum(worth.get(feature, 0) for feature in wanted), question) for question, worth in self._index]
        best = max((score for score, _ in scored), default=0)
        if best < IN_QUESTION:
            return ()
        found = sorted((pair for pair in scored if pair[0] * 2 >= best), key=lambda pair: -pair[0])
        return [question for _, question in found[:MOST_FOUND]]

    @cached_property
    def _index(self) -> Sequence[tuple[Question, dict[str, int]]]:
        return [(question, _worth(question)) for question in self.every]


class QuestionBook:
    """The questions as they stand now. `texts`: where staff write them, those of the file to begin with."""

    def __init__(self, files: Questions) -> None:
        self.texts = CityTexts(KIND, Question, {question.id: question for question in files.every})
        self._seen: tuple[int, Questions] | None = None

    def now(self, uow: UnitOfWork) -> Questions:
        """Made anew after a change only: the index takes a while."""
        changes, seen = self.texts.changes(uow), self._seen
        if seen is None or seen[0] != changes:
            shown = [one.text for one in self.texts.every(uow) if one.shown]
            self._seen = seen = changes, Questions(tuple(sorted(shown, key=lambda one: (one.place, one.id))))
        return seen[1]


def _worth(question: Question) -> dict[str, int]:
    worth: dict[str, int] = {}
    for text, value in (
        (question.zh.answer + " " + question.en.answer, IN_ANSWER),
        (question.zh.ask + " " + question.en.ask, IN_QUESTION),
        (question.words, IN_WORDS),
    ):
        worth |= dict.fromkeys(_features(text), value)
    return worth


def _features(text: str) -> frozenset[str]:
    """Latin words, and every two neighbouring Chinese letters: Chinese is written without blanks."""
    normal = unicodedata.normalize("NFKC", text).casefold()
    pairs = {run[at : at + 2] for run in _CHINESE.findall(normal) for at in range(max(1, len(run) - 1))}
    return frozenset(pairs | set(_LATIN.findall(normal))) - _EMPTY_WORDS
