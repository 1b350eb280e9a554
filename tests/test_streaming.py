"""What is told while an answer is being given: in order, at once, the same in the end as when asked in one go, and stopped when left."""

import asyncio
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from rag import Answer, Engine, Settings, open_corpus
from rag.errors import ModelFault, QuestionError
from rag.events import Done, Event, Failed, Retrieved, Sentence, Token
from tests.support import harbour
from tests.support.scripted_llm import ScriptedLLM, Step

KEPT = "Who kept the lighthouse at Skagen?"
SUNK = "Why did nine ferries sink at Lund?"
NOWHERE = "What is the capital of France?"
QUIET = Settings(llm_retries=0)
GOOD = "Clara Holm kept the lighthouse at Skagen for thirty-one years [1]. She rescued twelve sailors [1]. She was brave. "


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return harbour.write(tmp_path_factory.mktemp("streamed") / "corpus", ["coast/lighthouse.txt", "coast/regatta.md"])


@pytest.fixture(scope="module")
def llm() -> ScriptedLLM:
    return ScriptedLLM()


@pytest.fixture(scope="module")
def engine(corpus: Path, llm: ScriptedLLM) -> Iterator[Engine]:
    with open_corpus(corpus, home=corpus.parent / "home", llm=llm, settings=QUIET) as opened:
        yield opened


@pytest.fixture(scope="module")
def plain(corpus: Path, engine: Engine) -> Iterator[Engine]:
    with open_corpus(corpus, home=corpus.parent / "home", update=False, settings=QUIET) as opened:
        yield opened


def pieces(text: str, size: int) -> list[Step]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def kinds(events: Sequence[Event]) -> list[str]:
    return [event.type for event in events]


def sentences(events: Sequence[Event]) -> list[Sentence]:
    return [event for event in events if isinstance(event, Sentence)]


def done(events: Sequence[Event]) -> Answer:
    assert isinstance(events[-1], Done) and not any(isinstance(event, Done | Failed) for event in events[:-1])
    return events[-1].answer


def bare(answer: Answer) -> str:
    return answer.model_dump_json(exclude={"timings"})


def told_all(answer: Answer, events: Sequence[Event]) -> None:
    """The sentences told are those of the answer, with the same places, verdicts and citations."""
    assert [event.sentence for event in sentences(events)] == list(answer.sentences)
    for event in sentences(events):
        assert list(event.citations) == [one for one in answer.citations if one.n in event.sentence.citations]


@pytest.mark.parametrize("question", [KEPT, SUNK, NOWHERE])
def test_quotes_are_streamed_as_they_are_answered(plain: Engine, question: str) -> None:
    events = list(plain.stream(question))
    answer = plain.ask(question)
    assert isinstance(events[0], Retrieved) and events[0].hits == answer.hits and events[0].question == question
    assert bare(done(events)) == bare(answer)
    assert kinds(events)[1:-1] == ["token", "sentence"] * len(answer.sentences)
    assert "".join(event.text for event in events if isinstance(event, Token)) == " ".join(sentence.text for sentence in answer.sentences)
    told_all(answer, events)


@pytest.mark.parametrize("size", [1, 3, 7, 500])
@pytest.mark.parametrize(
    "text", [GOOD, "[1] She kept it. [2] It burned.\n- A fell. [1]\n- B fell (Source 2). “Stop!” he said [7].", "x" * 90]
)
def test_streaming_ends_in_the_answer_of_asking_wherever_the_text_was_cut(engine: Engine, llm: ScriptedLLM, text: str, size: int) -> None:
    llm.enqueue(text)
    answer = engine.ask(KEPT)
    llm.enqueue(*pieces(text, size))
    events = list(engine.stream(KEPT))
    assert bare(done(events)) == bare(answer)
    assert "".join(event.text for event in events if isinstance(event, Token)) == text
    told_all(answer, events)


def test_a_token_is_passed_on_before_the_next_one_is_asked_for(engine: Engine, llm: ScriptedLLM) -> None:
    llm.enqueue(*pieces(GOOD, 5))
    given = 0
    for event in engine.stream(KEPT):
        if isinstance(event, Token):
            given += 1
            assert len(llm.told) == given
    assert given == len(pieces(GOOD, 5))


def test_a_sentence_is_judged_as_soon_as_the_next_word_shows_that_it_has_ended(engine: Engine, llm: ScriptedLLM) -> None:
    llm.enqueue(*pieces(GOOD, 1))
    said, ended = "", []
    for event in engine.stream(KEPT):
        said += event.text if isinstance(event, Token) else ""
        if isinstance(event, Sentence):
            ended.append((said, event.sentence.text, event.sentence.verdict))
    assert [text for _, text, _ in ended] == [
        "Clara Holm kept the lighthouse at Skagen for thirty-one years.",
        "She rescued twelve sailors.",
        "She was brave.",
    ]
    assert [verdict for _, _, verdict in ended] == ["supported", "unsupported", "uncited"]
    assert [said for said, _, _ in ended] == [GOOD[: GOOD.index("rescued")], GOOD[: GOOD.index("was")], GOOD]


@pytest.mark.parametrize(
    "text",
    [
        "Dr. Holm kept it for 3.5 years at St. Skagen [1]. Then she left [1].",
        "She kept it.\n\n[1]\n\nThen she left [1].",
        "“The sea gives!” she told Politiken [1]. Then she left [1].",
        "She kept it. (Source: [1]) Then she left [1].",
        "She kept it … for years [1]. Then she left [1].",
        "She kept it. 【1†light】 Then she left [1].",
    ],
)
def test_no_verdict_is_given_on_half_a_sentence_nor_before_its_marker(engine: Engine, llm: ScriptedLLM, text: str) -> None:
    llm.enqueue(*pieces(text, 1))
    events = list(engine.stream(KEPT))
    assert len(sentences(events)) == 2
    assert all(event.sentence.citations for event in sentences(events))
    told_all(done(events), events)


def test_a_correction_is_told_before_the_model_writes(engine: Engine, llm: ScriptedLLM) -> None:
    llm.enqueue(*pieces("A storm broke the moorings [1].", 4))
    events = list(engine.stream(SUNK))
    assert kinds(events)[:3] == ["retrieved", "sentence", "token"]
    assert sentences(events)[0].sentence.text == "The question says “nine”, but the documents say “three”."
    assert "three ferries sank" in sentences(events)[0].citations[0].quote
    told_all(done(events), events)


def test_a_model_that_finds_no_answer_is_told_as_an_abstention_alone(engine: Engine, llm: ScriptedLLM) -> None:
    llm.enqueue(*pieces("The documents do not say.", 3))
    events = list(engine.stream(KEPT))
    assert not sentences(events) and done(events).status == "abstained"
    llm.enqueue(*pieces("The documents do not say. Clara Holm kept it [1].", 3))
    events = list(engine.stream(KEPT))
    assert len(sentences(events)) == 2 and done(events).status == "answered"


def test_thinking_aloud_is_no_part_of_the_answer(engine: Engine, llm: ScriptedLLM) -> None:
    llm.enqueue(*pieces("<think>\nWho was it? Clara [1]. Sure.\n</think>\n\nClara Holm kept the lighthouse at Skagen [1].", 4))
    events = list(engine.stream(KEPT))
    assert "".join(event.text for event in events if isinstance(event, Token)).startswith("Clara Holm")
    assert done(events).text == "Clara Holm kept the lighthouse at Skagen. [1]"
    llm.enqueue("<thunder> she heard [1].")
    assert done(list(engine.stream(KEPT))).text.startswith("<thunder> she heard")


def test_a_model_that_only_gives_whole_texts_is_streamed_too(corpus: Path, engine: Engine) -> None:
    model = ScriptedLLM(names_deltas=False)
    with open_corpus(corpus, home=corpus.parent / "home", update=False, llm=model, settings=QUIET) as other:
        model.enqueue(*pieces(GOOD, 6))
        events = list(other.stream(KEPT))
    assert "".join(event.text for event in events if isinstance(event, Token)) == GOOD
    model = ScriptedLLM([GOOD], streams=False)
    with open_corpus(corpus, home=corpus.parent / "home", update=False, llm=model, settings=QUIET) as other:
        assert done(list(other.stream(KEPT))).text == done(events).text


def test_closing_the_iterator_closes_the_model(engine: Engine, llm: ScriptedLLM) -> None:
    before = llm.closed
    llm.enqueue(*pieces(GOOD, 5))
    events = engine.stream(KEPT)
    for event in events:
        if isinstance(event, Token):
            break
    events.close()
    assert llm.closed == before + 1 and len(llm.told) == 1


def test_closing_it_before_the_model_was_asked_asks_no_model(engine: Engine, llm: ScriptedLLM) -> None:
    before = len(llm.prompts)
    events = engine.stream(KEPT)
    assert isinstance(next(events), Retrieved)
    events.close()
    assert len(llm.prompts) == before


def test_closing_an_asynchronous_stream_closes_the_model(engine: Engine, llm: ScriptedLLM) -> None:
    async def first_token() -> None:
        async with aclosing(engine.astream(KEPT)) as events:
            async for event in events:
                if isinstance(event, Token):
                    return

    before = llm.closed
    llm.enqueue(*pieces(GOOD, 5))
    asyncio.run(first_token())
    assert llm.closed == before + 1 and len(llm.told) == 1


def test_cancelling_who_waits_for_a_token_closes_the_model_when_that_has_come(engine: Engine, llm: ScriptedLLM) -> None:
    asked, answering = threading.Event(), threading.Event()

    def wait() -> None:
        asked.set()
        assert answering.wait(120)

    async def cancelled() -> None:
        async def read() -> None:
            async with aclosing(engine.astream(KEPT)) as events:
                async for _ in events:
                    pass

        reading = asyncio.ensure_future(read())
        await asyncio.to_thread(asked.wait, 120)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        answering.set()

    before = llm.closed
    llm.enqueue("Clara ", wait, "Holm ", "kept ", "it [1].")
    asyncio.run(cancelled())
    assert llm.stopped.wait(120)
    assert llm.closed == before + 1 and len(llm.told) == 2


def test_an_asynchronous_stream_tells_the_same(engine: Engine, llm: ScriptedLLM) -> None:
    async def everything() -> list[Event]:
        return [event async for event in engine.astream(KEPT)]

    llm.enqueue(*pieces(GOOD, 5))
    llm.enqueue(*pieces(GOOD, 5))
    there, here = asyncio.run(everything()), list(engine.stream(KEPT))
    assert there[:-1] == here[:-1] and bare(done(there)) == bare(done(here))


def test_a_wrong_question_raises_before_the_first_event(engine: Engine) -> None:
    with pytest.raises(QuestionError):
        next(engine.stream("?"))

    async def asked() -> None:
        async for _ in engine.astream("?"):
            pass

    with pytest.raises(QuestionError):
        asyncio.run(asked())


def test_a_failure_after_the_first_event_is_the_last_one(corpus: Path, engine: Engine) -> None:
    strict = Settings(on_failure="error", llm_retries=0)
    model = ScriptedLLM()
    with open_corpus(corpus, home=corpus.parent / "home", update=False, llm=model, settings=strict) as other:
        model.enqueue("Clara Holm ", ModelFault("The server of scripted failed.", "Try again."))
        events = list(other.stream(KEPT))
    assert kinds(events) == ["retrieved", "token", "error"]
    failed = events[-1]
    assert isinstance(failed, Failed)
    assert (failed.error, failed.message, failed.hint) == ("ModelFault", "The server of scripted failed.", "Try again.")


def test_a_mistake_of_ours_is_the_last_event_too_and_logged(
    engine: Engine, llm: ScriptedLLM, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("rag.writing.compose.check_grounding", fail)
    llm.enqueue("Clara Holm was there. ")
    *_, last = engine.stream(KEPT)
    assert isinstance(last, Failed) and last.error == "ZeroDivisionError" and last.hint
    assert "ZeroDivisionError" in caplog.text


def test_events_survive_json(engine: Engine, llm: ScriptedLLM) -> None:
    llm.enqueue(*pieces(GOOD, 9))
    for event in engine.stream(KEPT):
        assert type(event).model_validate_json(event.model_dump_json()) == event


class Server:
    """An OpenAI-compatible server on loopback that writes words without end, and knows when its reader has gone."""

    def __init__(self) -> None:
        self.gone = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                try:
                    while True:
                        delta = {"index": 0, "delta": {"role": "assistant", "content": "word "}, "finish_reason": None}
                        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [delta]}
                        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
                except OSError:
                    server.gone.set()

            def log_message(self, format: str, *arguments: object) -> None:
                """Says nothing."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.http.serve_forever)
        self.thread.start()

    @property
    def spec(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}/v1"

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


def test_leaving_a_stream_closes_the_connection_to_a_real_server(corpus: Path, engine: Engine, server: Server) -> None:
    from llama_index.llms.openai_like import OpenAILike

    model = OpenAILike(model="m", api_base=server.spec, api_key="none", is_chat_model=True, max_retries=0, timeout=120)
    with open_corpus(corpus, home=corpus.parent / "home", update=False, llm=model, settings=QUIET) as other:
        events = other.stream(KEPT)
        assert any(isinstance(event, Token) for event in (next(events) for _ in range(3)))
        events.close()
        assert server.gone.wait(120)


def test_cancelling_an_asynchronous_stream_closes_the_connection_to_a_real_server(corpus: Path, engine: Engine, server: Server) -> None:
    from llama_index.llms.openai_like import OpenAILike

    model = OpenAILike(model="m", api_base=server.spec, api_key="none", is_chat_model=True, max_retries=0, timeout=120)
    with open_corpus(corpus, home=corpus.parent / "home", update=False, llm=model, settings=QUIET) as other:

        async def left() -> None:
            begun = asyncio.Event()

            async def read() -> None:
                async with aclosing(other.astream(KEPT)) as events:
                    async for event in events:
                        if isinstance(event, Token):
                            begun.set()

            reading = asyncio.ensure_future(read())
            await begun.wait()
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading

        asyncio.run(left())
        assert server.gone.wait(120)
