"""What becomes of what a model did wrong: marked, left out and named, or replaced by quotes; and never in silence when it fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rag import Answer, Engine, Settings, open_corpus, verify
from rag.citations import markers
from rag.errors import ModelBusy, ModelError, ModelFault
from rag.events import Done, Failed, Sentence, Token
from tests.support import harbour
from tests.support.scripted_llm import ScriptedLLM

KEPT = "Who kept the lighthouse at Skagen?"
SUNK = "Why did nine ferries sink at Lund?"
RIGHT = "Clara Holm kept the lighthouse at Skagen for thirty-one years [1]."
WRONG = "She rescued twelve sailors from the schooner Aurora [1]."
UNCITED = "She was fond of the sea."
INVENTED = "She had a cat [99]."
TOWER = "The tower is 46 metres tall [1]."


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = harbour.write(tmp_path_factory.mktemp("policies") / "corpus", ["coast/lighthouse.txt", "coast/regatta.md"])
    open_corpus(folder, home=folder.parent / "home").close()
    return folder


@contextmanager
def opened(corpus: Path, llm: ScriptedLLM | None, **chosen: object) -> Iterator[Engine]:
    with open_corpus(
        corpus, home=corpus.parent / "home", update=False, llm=llm, settings=Settings.model_validate({"llm_retries": 0, **chosen})
    ) as engine:
        yield engine


def asked(corpus: Path, said: str, question: str = KEPT, **chosen: object) -> Answer:
    """The answer, after it was checked that streaming ends in the same and that everything in it holds."""
    llm = ScriptedLLM([said, said])
    with opened(corpus, llm, **chosen) as engine:
        answer = engine.ask(question)
        *_, last = engine.stream(question)
        assert isinstance(last, Done)
        assert last.answer.model_dump(exclude={"timings"}) == answer.model_dump(exclude={"timings"})
    holds(answer, corpus)
    return answer


def extractive(corpus: Path, question: str = KEPT) -> Answer:
    with opened(corpus, None) as engine:
        return engine.ask(question)


def holds(answer: Answer, corpus: Path) -> None:
    assert {check.state for check in verify(answer, corpus)} <= {"ok"}
    assert [one.n for one in answer.citations] == list(range(1, len(answer.citations) + 1))
    for sentence in answer.sentences:
        assert answer.text[sentence.start : sentence.end] == sentence.text
    assert {n for marker in markers(answer.text) for n in marker.numbers} == {one.n for one in answer.citations}
    for sentence in answer.dropped:
        assert sentence.start == sentence.end <= len(answer.text) and set(sentence.citations) <= {one.n for one in answer.citations}


def replaced(answer: Answer, quotes: Answer) -> None:
    """It is the extractive answer but for what says so."""
    differing = {"notes", "dropped", "unknown_markers", "tokens", "timings"}
    assert answer.model_dump(exclude=differing) == quotes.model_dump(exclude=differing)
    assert answer.writer == "extractive" and answer.notes


def test_by_default_everything_stays_and_is_marked(corpus: Path) -> None:
    answer = asked(corpus, f"{RIGHT} {WRONG} {UNCITED} {INVENTED}")
    assert [one.verdict for one in answer.sentences] == ["supported", "unsupported", "uncited", "uncited"]
    assert (answer.dropped, answer.notes, answer.writer) == ((), (), "ScriptedLLM")
    assert answer.unknown_markers == ("[99]",)


def test_dropping_takes_out_and_names_what_is_not_supported(corpus: Path) -> None:
    answer = asked(corpus, f"{WRONG} {RIGHT} {UNCITED} {TOWER} {INVENTED}", on_unsupported="drop")
    assert answer.text == "Clara Holm kept the lighthouse at Skagen for thirty-one years. [1] The tower is 46 metres tall. [2]"
    assert [one.verdict for one in answer.sentences] == ["supported", "supported"]
    assert [one.text for one in answer.dropped] == ["She rescued twelve sailors from the schooner Aurora.", UNCITED, "She had a cat."]
    assert [one.verdict for one in answer.dropped] == ["unsupported", "uncited", "uncited"]
    assert answer.dropped[0].reasons and answer.unknown_markers == ("[99]",)
    assert answer.notes == (
        "Left out, because what it cites does not support it: “She rescued twelve sailors from the schooner Aurora.”",
        f"Left out, because it names no source that exists: “{UNCITED}”",
        "Left out, because it names no source that exists: “She had a cat.”",
    )
    first = len("Clara Holm kept the lighthouse at Skagen for thirty-one years.")
    assert [one.start for one in answer.dropped] == [0, first, len("The tower is 46 metres tall.") + first + 5]


def test_dropping_keeps_a_correction(corpus: Path) -> None:
    answer = asked(corpus, "A storm broke the moorings [2]. A giant octopus pulled them under [2].", SUNK, on_unsupported="drop")
    assert answer.text.startswith("The question says “nine”, but the documents say “three”. [1] A storm broke")
    assert len(answer.dropped) == 1 and answer.corrections[0].citation == 1


def test_dropping_everything_leaves_the_quotes(corpus: Path) -> None:
    answer = asked(corpus, f"Here is what I found:\n\n{WRONG} {UNCITED}", on_unsupported="drop")
    replaced(answer, extractive(corpus))
    assert len(answer.dropped) == 2 and len(answer.notes) == 3
    assert answer.notes[-1] == "No sentence that ScriptedLLM wrote was left; the documents are quoted instead."
    corrected = asked(corpus, "A giant octopus pulled them under [1].", SUNK, on_unsupported="drop")
    replaced(corrected, extractive(corpus, SUNK))


def test_dropping_nothing_changes_nothing(corpus: Path) -> None:
    assert asked(corpus, RIGHT, on_unsupported="drop").model_dump(exclude={"timings"}) == asked(corpus, RIGHT).model_dump(
        exclude={"timings"}
    )


def test_falling_back_quotes_the_documents_when_one_sentence_is_not_supported(corpus: Path) -> None:
    answer = asked(corpus, f"{RIGHT} {WRONG} {INVENTED}", on_unsupported="fallback")
    replaced(answer, extractive(corpus))
    assert answer.notes == ("ScriptedLLM wrote 1 sentence that its sources do not support; the documents are quoted instead.",)
    assert answer.unknown_markers == ("[99]",)
    assert "2 sentences" in asked(corpus, f"{WRONG} {WRONG.replace('Aurora', 'Borealis')}", on_unsupported="fallback").notes[0]


def test_falling_back_leaves_an_answer_that_has_support(corpus: Path) -> None:
    answer = asked(corpus, f"{RIGHT} {UNCITED}", on_unsupported="fallback")
    assert answer.writer == "ScriptedLLM" and [one.verdict for one in answer.sentences] == ["supported", "uncited"]


def test_falling_back_does_not_leave_an_answer_that_cites_nothing(corpus: Path) -> None:
    answer = asked(corpus, UNCITED, on_unsupported="fallback")
    replaced(answer, extractive(corpus))
    assert "names a source" in answer.notes[0]


@pytest.mark.parametrize("policy", ["drop", "fallback"])
def test_the_sentence_is_told_with_its_verdict_before_the_policy_takes_it(corpus: Path, policy: str) -> None:
    llm = ScriptedLLM()
    llm.enqueue(RIGHT + " ", WRONG + " ", TOWER)
    with opened(corpus, llm, on_unsupported=policy) as engine:
        events = list(engine.stream(KEPT))
    told = [event.sentence.verdict for event in events if isinstance(event, Sentence)]
    assert told == ["supported", "unsupported", "supported"]
    assert isinstance(events[-1], Done) and "twelve" not in events[-1].answer.text


FAILURES = [
    pytest.param((ConnectionError("no route for key sk-secret"),), "ScriptedLLM", id="refused"),
    pytest.param((ModelBusy("The server of x is busy.", "Wait."),), "The server of x is busy. The documents", id="busy"),
    pytest.param(("",), "wrote nothing", id="empty"),
    pytest.param(("[1] [2]",), "wrote no sentence", id="only markers"),
    pytest.param((RIGHT, " And then ", ModelFault("The server of x failed.", "")), "The server of x failed.", id="in mid-sentence"),
    pytest.param(("Clara \ud83d",), "not text", id="half a character"),
]


@pytest.mark.parametrize(("steps", "named"), FAILURES)
def test_a_failure_falls_back_to_quotes_and_says_so(corpus: Path, steps: tuple[str | Exception, ...], named: str) -> None:
    llm = ScriptedLLM()
    llm.enqueue(*steps)
    llm.enqueue(*steps)
    with opened(corpus, llm) as engine:
        answer = engine.ask(KEPT)
        events = list(engine.stream(KEPT))
    replaced(answer, extractive(corpus))
    assert len(answer.notes) == 1 and named in answer.notes[0] and "The documents are quoted instead." in answer.notes[0]
    assert "sk-secret" not in answer.model_dump_json()
    assert isinstance(events[-1], Done)
    assert events[-1].answer.model_dump(exclude={"timings"}) == answer.model_dump(exclude={"timings"})
    holds(answer, corpus)


def test_quotes_in_place_of_a_model_that_wrote_nothing_are_streamed(corpus: Path) -> None:
    with opened(corpus, ScriptedLLM([ModelBusy("Busy.", "")])) as engine:
        events = list(engine.stream(SUNK))
    assert [event.type for event in events] == ["retrieved", "sentence", "token", "sentence", "done"]
    assert "nine" in next(event for event in events if isinstance(event, Sentence)).sentence.text


def test_quotes_in_place_of_half_a_text_come_with_the_end_alone(corpus: Path) -> None:
    llm = ScriptedLLM()
    llm.enqueue("Clara ", ModelFault("Failed.", ""))
    with opened(corpus, llm) as engine:
        events = list(engine.stream(KEPT))
    assert [event.type for event in events] == ["retrieved", "token", "done"]


@pytest.mark.parametrize(("steps", "named"), FAILURES)
def test_a_failure_is_an_error_where_that_is_wanted(corpus: Path, steps: tuple[str | Exception, ...], named: str) -> None:
    llm = ScriptedLLM()
    llm.enqueue(*steps)
    llm.enqueue(*steps)
    with opened(corpus, llm, on_failure="error") as engine:
        with pytest.raises(ModelError) as error:
            engine.ask(KEPT)
        events = list(engine.stream(KEPT))
    assert named.partition(" The documents")[0] in str(error.value) and "sk-secret" not in str(error.value) + error.value.hint
    assert isinstance(events[-1], Failed) and events[-1].message == str(error.value) and events[-1].hint == error.value.hint
    assert events[-1].error == type(error.value).__name__


def test_a_model_without_room_falls_back_too(corpus: Path) -> None:
    with opened(corpus, ScriptedLLM([RIGHT], window=100)) as engine:
        answer = engine.ask(KEPT)
    replaced(answer, extractive(corpus))
    assert "has room for" in answer.notes[0]


@pytest.mark.parametrize("finish", ["length", "max_tokens"])
def test_an_answer_cut_at_the_token_limit_says_so_and_its_half_sentence_is_not_judged(corpus: Path, finish: str) -> None:
    llm = ScriptedLLM()
    llm.enqueue(RIGHT + " She rescued twelve", finish=finish)
    with opened(corpus, llm) as engine:
        events = list(engine.stream(KEPT))
    assert isinstance(events[-1], Done)
    answer = events[-1].answer
    assert [one.verdict for one in answer.sentences] == ["supported", "not_judged"]
    assert answer.sentences[1].reasons == ("it was cut off before its end",)
    assert answer.notes == ("The answer of ScriptedLLM was cut at its limit of tokens.",)
    holds(answer, corpus)


def test_a_whole_sentence_before_the_cut_is_judged(corpus: Path) -> None:
    llm = ScriptedLLM()
    llm.enqueue(f"{RIGHT} {WRONG}", finish="length")
    with opened(corpus, llm) as engine:
        answer = engine.ask(KEPT)
    assert [one.verdict for one in answer.sentences] == ["supported", "unsupported"] and answer.notes


def test_a_model_that_does_not_stop_is_stopped(corpus: Path) -> None:
    llm = ScriptedLLM()
    llm.enqueue(*(f"Clara Holm kept the lighthouse for {number} years [1]. " for number in range(5_000)))
    with opened(corpus, llm) as engine:
        answer = engine.ask(KEPT)
    assert llm.closed == 1 and len(answer.text) < 25_000
    assert answer.notes == ("The answer of ScriptedLLM was cut after 20,000 characters.",)


def test_policies_do_not_touch_quotes_and_abstentions(corpus: Path) -> None:
    quotes = extractive(corpus)
    for chosen in ({"on_unsupported": "drop"}, {"on_unsupported": "fallback"}, {"on_failure": "error"}):
        with opened(corpus, None, **chosen) as engine:
            assert engine.ask(KEPT).model_dump(exclude={"timings"}) == quotes.model_dump(exclude={"timings"})
    llm = ScriptedLLM(["The documents do not say."])
    with opened(corpus, llm, on_unsupported="fallback") as engine:
        declined = engine.ask(KEPT)
        nowhere = engine.ask("What is the capital of France?")
    assert (declined.status, declined.writer, declined.notes) == ("abstained", "ScriptedLLM", ())
    assert (nowhere.status, nowhere.writer) == ("abstained", "extractive") and len(llm.prompts) == 1


def test_a_stream_counts_no_token_twice(corpus: Path) -> None:
    llm = ScriptedLLM()
    llm.enqueue("Clara ", "Holm ", "kept ", "it [1].")
    with opened(corpus, llm, on_unsupported="drop") as engine:
        tokens = [event.text for event in engine.stream(KEPT) if isinstance(event, Token)]
    assert tokens == ["Clara ", "Holm ", "kept ", "it [1]."]
