"""What a language model's answer costs beside the model: the guard for each sentence, and the first token on its way.

`python -m bench.writing` prints both. The guard is measured over every sentence of the five articles: written as it stands, with its
numbers changed, and cited from another passage of its document, which is the dearest case, as every sentence there is compared with it.
The first token is measured against a server on loopback that notes when it sends it.
"""

import json
import re
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from llama_index.llms.openai_like import OpenAILike

from rag.catalog import SentenceRow
from rag.config import Settings
from rag.engine import Engine, open_corpus
from rag.grounding import check_grounding
from rag.schema import Answer
from rag.writing.claims import Claim
from rag.writing.compose import Composer
from rag.writing.fit import Source

SEEDS = Path(__file__).parent.parent / "seeds"
QUESTION = "How many people jumped out of the building in Zhengzhou?"
ROUNDS = 50


def main() -> None:
    """Prints the report."""
    with TemporaryDirectory() as home, open_corpus(SEEDS, home=home) as engine:
        for name, times in guard(engine).items():
            print(f"guard, {name}: {figures(times)}")
        print(f"first token passed on after the server's: {figures(first_tokens(Path(home)))}")


def figures(seconds: list[float]) -> str:
    """Median, 95th percentile and the longest, in milliseconds."""
    ordered = [round(one * 1000, 2) for one in sorted(seconds)]
    p95 = ordered[int(len(ordered) * 0.95)]
    return f"mean {statistics.mean(ordered):.2f}, median {statistics.median(ordered)}, p95 {p95}, longest {ordered[-1]} ms ({len(ordered)})"


def guard(engine: Engine) -> dict[str, list[float]]:
    """Seconds of processor time for each sentence, from its text to its citation and verdict."""
    check_grounding("The tables of words are loaded with the first sentence.", ["It is not counted."])
    times: dict[str, list[float]] = {"verbatim": [], "numbers changed": [], "another passage": []}
    for source in engine.sources():
        document = engine.document(source.path)
        rows = engine.passages(source.path)
        found: dict[str, list[SentenceRow]] = {}
        for sentence in engine._index.catalog.sentences([row.id for row in rows]):
            if not sentence.boilerplate:
                found.setdefault(sentence.passage_id, []).append(sentence)
        offered = [Source(document, row, tuple(found[row.id])) for row in rows if document is not None and row.id in found]
        for at, one in enumerate(offered):
            other = offered[at - 1]
            for sentence in one.sentences:
                changed = re.sub(r"\d+", lambda digits: str(int(digits[0]) + 1), sentence.text)
                for name, text, shown in (
                    ("verbatim", sentence.text, one),
                    ("numbers changed", changed, one),
                    ("another passage", sentence.text, other),
                ):
                    composer = Composer(Answer(question="", status="answered", text="", confidence=1.0), [shown])
                    started = time.thread_time()
                    composer.add(Claim("", " ".join(text.split()), (1,)))
                    times[name].append(time.thread_time() - started)
    return times


def first_tokens(home: Path) -> list[float]:
    """Seconds from the moment before the server sends its first token until `stream` gives it out."""
    with serving() as (url, sent):
        model = OpenAILike(model="m", api_base=url, api_key="none", is_chat_model=True, max_retries=0, context_window=8_192)
        with open_corpus(SEEDS, home=home, llm=model, update=False, settings=Settings(llm_retries=0)) as engine:
            return [_first_token(engine, sent) for _ in range(ROUNDS + 1)][1:]


def _first_token(engine: Engine, sent: list[float]) -> float:
    sent.clear()
    passed = 0.0
    for event in engine.stream(QUESTION):
        if event.type == "token" and not passed:
            passed = time.perf_counter()
    return passed - sent[0]


@contextmanager
def serving() -> Iterator[tuple[str, list[float]]]:
    """An OpenAI-compatible server on loopback, as its address, and when it sent each piece."""
    sent: list[float] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            for piece, finish in (("At least ", None), ("35 people did [1].", None), ("", "stop")):
                choice = {"index": 0, "delta": {"role": "assistant", "content": piece}, "finish_reason": finish}
                chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}
                sent.append(time.perf_counter())
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
                self.wfile.flush()
                time.sleep(0.1)  # as a model does between its words: what is passed on late shows
            self.wfile.write(b"data: [DONE]\n\n")

        def log_message(self, format: str, *arguments: object) -> None:
            """Says nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{http.server_port}/v1", sent
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


if __name__ == "__main__":
    main()
