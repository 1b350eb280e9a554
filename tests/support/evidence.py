"""One made-up document, read and ranked for a question as the engine does it, for tests of the parts that judge evidence."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from rag.asking import prepare
from rag.catalog import PassageRow, SentenceRow
from rag.embed import MiniLM, QuestionReading, Reading
from rag.evidence import Evidence, weigh
from rag.language.question import Question
from rag.mentions import Mentions
from rag.retrieve import Found
from rag.split import split

MODEL = MiniLM()
TOKENS = 128


class Page(NamedTuple):
    """Documents as the catalog would give them back, and what they mention."""

    found: tuple[Found, ...]
    readings: dict[str, Reading]
    sentences: tuple[SentenceRow, ...]
    mentions: dict[str, Mentions]


class Case(NamedTuple):
    """A question, its reading, and the evidence of a page for it, best first."""

    question: Question
    read: QuestionReading
    ranked: list[Evidence]
    page: Page

    def look_up(self, path: str) -> Mentions:
        """What a document mentions."""
        return self.page.mentions[path]


@lru_cache(maxsize=64)
def page(*texts: str) -> Page:
    """Texts as the documents 0.txt, 1.txt and so on, read by the real model."""
    found, readings, sentences = [], {}, []
    for index, text in enumerate(texts):
        for passage in split(text, MODEL.count_tokens, TOKENS):
            key, inner = f"{index}-{passage.number}", text[passage.start : passage.end]
            reading = MODEL.read(inner)
            row = PassageRow(key, f"{index}.txt", "0" * 64, passage.number, passage.start, passage.end, inner, reading.vector)
            found.append(Found(row, 0.0, 0.0, 0.0))
            readings[key] = reading
            for position, one in enumerate(passage.sentences):
                words = text[one.start : one.end]
                sentences.append(SentenceRow(key, position, one.start, one.end, words, one.boilerplate, MODEL.embed([words])[0]))
    return Page(tuple(found), readings, tuple(sentences), {f"{index}.txt": Mentions(text) for index, text in enumerate(texts)})


@lru_cache(maxsize=256)
def reading(question: str) -> QuestionReading:
    """A question's reading."""
    return MODEL.read_question(question)


def case(question: str, *texts: str) -> Case:
    """A question asked of documents with these texts."""
    read, made = reading(question), page(*texts)
    return Case(prepare(question, {}).question, read, weigh(read, made.found, made.readings, made.sentences), made)


def evidence(text: str, score: float = 0.0, path: str = "a.txt", passage: str = "a-1", start: int = 0, position: int = 0) -> Evidence:
    """Evidence with a score and nothing else, for rules that look at places and scores only."""
    vector = np.zeros(4, np.float32)
    row = PassageRow(passage, path, "0" * 64, 1, start, start + len(text), text, vector)
    sentence = SentenceRow(passage, position, start, start + len(text), text, False, vector)
    return Evidence(sentence, Found(row, 0.0, 0.0, 0.0), 0.0, 0.0, 0.0, 0.0, score)
