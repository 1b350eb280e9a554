from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import open_corpus
from rag.chat import is_nearer, understand
from rag.config import Settings
from rag.engine import Engine
from rag.errors import ModelError, QuestionError
from rag.rewriting import fault
from rag.schema import Answer, Turn
from tests.support.scripted_llm import ScriptedLLM

CITY, DANDONG = "Which city in Liaoning saw protests?", "Residents of Dandong city, Liaoning Province."
HISTORY = [{"role": "user", "content": CITY}, {"role": "assistant", "content": DANDONG}]
CLOSED = "The city was closed in April and then unblocked in June."


@pytest.fixture(scope="module")
def engine(seeds: Path, home: Path) -> Iterator[Engine]:
    with open_corpus(seeds, home=home, update=False) as opened:
        yield opened


def scripted(seeds: Path, home: Path, *completions: str | Exception, **settings: str) -> tuple[Engine, ScriptedLLM]:
    llm = ScriptedLLM(list(completions))
    return open_corpus(seeds, home=home, update=False, llm=llm, settings=Settings(**settings)), llm  # type: ignore[arg-type]


def test_a_follow_up_is_answered_and_says_what_was_asked(engine: Engine) -> None:
    chat = engine.chat(HISTORY)
    answer = chat.ask("When was it closed?")
    assert (answer.question, answer.standalone) == ("When was it closed?", "When was Dandong city closed?")
    assert CLOSED in [citation.quote for citation in answer.citations]
    assert [turn.content for turn in chat.history[-2:]] == ["When was it closed?", answer.text]


def test_a_change_of_topic_is_answered_as_if_it_came_first(engine: Engine) -> None:
    question = "Who shared the footage of the tank lady?"
    assert without_timings(engine.ask(question, history=HISTORY)) == without_timings(engine.ask(question))


def test_a_follow_up_that_the_documents_leave_open_is_not_answered(engine: Engine) -> None:
    answer = engine.chat([{"role": "user", "content": "Who is the tank lady?"}, {"role": "assistant", "content": "A girl."}]).ask(
        "How old is she?"
    )
    assert answer.status == "abstained" and answer.standalone


def test_streaming_a_follow_up_ends_in_the_same_answer_and_adds_the_turn(engine: Engine) -> None:
    asked, streamed = engine.chat(HISTORY), engine.chat(HISTORY)
    answer = asked.ask("When was it closed?")
    events = list(streamed.stream("When was it closed?"))
    assert events[0].type == "retrieved" and events[0].question == answer.standalone
    assert events[-1].type == "done" and without_timings(events[-1].answer) == without_timings(answer)
    assert streamed.history == asked.history


def test_a_question_that_fails_adds_nothing(engine: Engine) -> None:
    chat = engine.chat(HISTORY)
    with pytest.raises(QuestionError):
        chat.ask("  ")
    assert len(chat.history) == 2


def test_only_the_documents_named_are_asked(engine: Engine, seeds: Path) -> None:
    other = min(path.name for path in seeds.iterdir())
    answer = engine.chat(HISTORY, paths=[other]).ask("When was it closed?")
    assert {hit.path for hit in answer.hits} == {other} and {citation.path for citation in answer.citations} <= {other}


def test_a_model_words_the_follow_up_and_sees_the_conversation_as_data(seeds: Path, home: Path) -> None:
    engine, llm = scripted(seeds, home, "Question: “When was the city of Dandong closed?”", "The city was closed in April [1].")
    with engine:
        answer = engine.ask("And when was it closed?", history=HISTORY)
    assert answer.standalone == "When was the city of Dandong closed?" and not answer.notes
    assert answer.question == "And when was it closed?" and answer.text.startswith("The city was closed in April.")
    assert CITY in llm.prompts[0] and "never answer" in llm.prompts[0] and "When was the city of Dandong closed?" in llm.prompts[1]


def test_a_question_that_stands_alone_is_not_given_to_the_model_to_reword(seeds: Path, home: Path) -> None:
    engine, llm = scripted(seeds, home, "Yashar Ali shared it [1].")
    with engine:
        answer = engine.ask("Who shared the footage of the tank lady?", history=HISTORY)
    assert answer.standalone == "" and len(llm.prompts) == 1


@pytest.mark.parametrize("first", ["It was closed in April.", RuntimeError("the server is gone")])
def test_where_a_model_gives_no_question_the_rule_does_and_says_so(seeds: Path, home: Path, first: str | Exception) -> None:
    engine, _ = scripted(seeds, home, first, "The city was closed in April [1].")
    with engine:
        answer = engine.ask("When was it closed?", history=HISTORY)
    assert answer.standalone == "When was Dandong city closed?" and "rule" in answer.notes[0]


def test_where_failures_are_errors_a_failed_rewording_is_one(seeds: Path, home: Path) -> None:
    engine, _ = scripted(seeds, home, RuntimeError("gone"), on_failure="error")
    with engine, pytest.raises(ModelError):
        engine.ask("When was it closed?", history=HISTORY)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "nothing"),
        ("When was Dandong closed?\nIn April.", "more than one line"),
        ("It was closed in April.", "no question"),
        ("When was Dandong closed, " + "and why so, " * 40 + "then?", "too much"),
        ("Who is the mayor of Dandong?", "something else"),
        ("When was it closed in London?", "London"),
        ("When was it closed in 2031?", "2031"),
        ("When was Dandong closed?", ""),
    ],
)
def test_the_words_of_a_model_are_checked(text: str, why: str) -> None:
    turns = [Turn(role="user", content=CITY), Turn(role="assistant", content=DANDONG)]
    found = fault(text, "When was it closed?", turns)
    assert why in found and bool(found) == bool(why)


@pytest.mark.parametrize(
    "said", ["The documents do not say.", "The question says “Liaoning”, but the documents say “China”. [1] Dandong city was closed. [2]"]
)
def test_what_an_answer_says_about_the_question_is_not_what_it_speaks_of(said: str) -> None:
    turns = [Turn(role="user", content="When was the harbour closed?"), Turn(role="assistant", content=said)]
    asked = understand("Why was it sold?", turns, None, Settings()).asked
    assert asked == "Why was the harbour sold?"


def test_an_answer_from_the_last_turn_s_document_needs_to_be_about_as_sure() -> None:
    def answer(status: str, confidence: float) -> Answer:
        return Answer.model_validate({"question": "?", "status": status, "text": "", "confidence": confidence})

    assert is_nearer(answer("answered", 0.6), answer("answered", 0.7))
    assert not is_nearer(answer("answered", 0.4), answer("answered", 0.9))
    assert is_nearer(answer("answered", 0.5), answer("abstained", 0.15))
    assert not is_nearer(answer("answered", 0.3), answer("abstained", 0.15))
    assert not is_nearer(answer("abstained", 0.9), answer("answered", 0.3))


def without_timings(answer: Answer) -> Answer:
    return answer.model_copy(update={"timings": {}})
