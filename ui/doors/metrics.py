"""Counts for Prometheus: requests and how long they took, answers by status, sentences by verdict. No question, no path, no name."""

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from rag.events import Done, Event
from rag.schema import Answer

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Metrics:
    """The counts of one window."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self._registry = CollectorRegistry()
        labels = ("door", "route", "method", "status")
        self._requests = Counter("groundline_requests", "Requests by door, route, method and status.", labels, registry=self._registry)
        self._seconds = Histogram(
            "groundline_request_seconds",
            "Seconds until a response was complete.",
            ("door", "route"),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._open = Gauge("groundline_requests_open", "Requests that are being answered.", registry=self._registry)
        self._answers = Counter("groundline_answers", "Answers by status.", ("status",), registry=self._registry)
        self._sentences = Counter("groundline_sentences", "Sentences of answers by verdict.", ("verdict",), registry=self._registry)
        self._answer_seconds = Histogram(
            "groundline_answer_seconds", "Seconds that an answer took.", ("status",), buckets=BUCKETS, registry=self._registry
        )
        for status in ("answered", "abstained"):
            self._answers.labels(status)
        for verdict in ("supported", "unsupported", "uncited", "not_judged"):
            self._sentences.labels(verdict)

    def answered(self, answer: Answer) -> Answer:
        """Counts an answer, and gives it back."""
        self._answers.labels(answer.status).inc()
        self._answer_seconds.labels(answer.status).observe(answer.timings.get("total", 0.0) / 1000)
        for sentence in answer.sentences:
            self._sentences.labels(sentence.verdict).inc()
        return answer

    def seen(self, event: Event) -> Event:
        """Counts the answer of a stream's last event, and gives the event back."""
        if isinstance(event, Done):
            self.answered(event.answer)
        return event

    def text(self, accept: str) -> tuple[bytes, str]:
        """Everything in the format that the scraper accepts, and that format's media type."""
        from prometheus_client.exposition import choose_encoder

        encode, kind = choose_encoder(accept)
        return encode(self._registry), kind

    def begun(self) -> None:
        """A request has come."""
        self._open.inc()

    def ended(self, door: str, route: str, method: str, status: int, seconds: float) -> None:
        """A request has been answered."""
        self._open.dec()
        self._requests.labels(door, route, method if method in _METHODS else "other", str(status)).inc()
        self._seconds.labels(door, route).observe(seconds)


class Measured:
    """An application whose requests are counted, by the template of their route, so that paths do not grow the counts."""

    def __init__(self, app: App, metrics: Metrics, door: str) -> None:
        self._app = app
        self._metrics = metrics
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        started = time.perf_counter()
        self._metrics.begun()
        try:
            await self._app(scope, receive, watched)
        finally:
            route = str(getattr(scope.get("route"), "path", "")) or "none"
            self._metrics.ended(self._door, route, scope["method"], status, time.perf_counter() - started)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
