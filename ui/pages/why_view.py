"""Why an answer says what it says, as pure functions: the passages it drew on with their scores, and what was decided."""

import json
from collections.abc import Mapping, Sequence

from rag.schema import Answer, Hit
from ui.markup import Markup, element, join
from ui.pages import drawing
from ui.render import count

STAGES = {
    "understand": "Understanding the question",
    "retrieve": "Finding passages",
    "rerank": "Ordering them again",
    "answer": "Judging and quoting",
    "write": "Writing",
    "total": "In all",
}
SCORES = {
    "dense": ("Meaning", "Cosine similarity of the question and the passage, at most 1"),
    "lexical": ("Words", "BM25 of the question's words in the passage; 0 where none is in it"),
    "fused": ("Both", "What the passages are ordered by: both rankings put together"),
}


def drawer(answer: Answer) -> Markup:
    """The whole drawer."""
    parts = [_decision(answer), _question(answer), _passages(answer), _timings(answer.timings), _writer(answer)]
    return element("div", {"class": "why"}, *parts)


def _decision(answer: Answer) -> Markup:
    percent = round(100 * min(1.0, max(0.0, answer.confidence)))
    said = "Answered" if answer.status == "answered" else "Abstained"
    head = element("p", {}, element("strong", {}, said), f" with a confidence of {percent} %")
    rows = [element("li", {"dir": "auto"}, reason) for reason in (*answer.reasons, *answer.notes)]
    if answer.uncovered:
        rows.append(element("li", {"dir": "auto"}, f"The documents found do not mention: {', '.join(answer.uncovered)}"))
    if answer.unknown_markers:
        rows.append(element("li", {}, f"Source numbers that do not exist: {', '.join(answer.unknown_markers)}"))
    if answer.dropped:
        rows.append(element("li", {}, f"{count(len(answer.dropped), 'sentence')} taken out because nothing supports them"))
    return _section("Decision", head, element("ul", {"class": "plain"}, *rows) if rows else "")


def _question(answer: Answer) -> Markup:
    if not answer.standalone:
        return _section("Question as asked", element("p", {"class": "reading", "dir": "auto"}, answer.question))
    asked = element("p", {"class": "detail", "dir": "auto"}, f"You wrote: {answer.question}")
    return _section("Question as understood", element("p", {"class": "reading", "dir": "auto"}, answer.standalone), asked)


def _passages(answer: Answer) -> Markup:
    if not answer.hits:
        return _section("Passages", element("p", {}, "No passage was found."))
    cited = _cited(answer)
    most = {name: max(0.0, *(getattr(hit, name) for hit in answer.hits)) for name in SCORES}
    most["dense"] = 1.0
    heads = [element("th", {"scope": "col", "title": tip}, name) for name, tip in SCORES.values()]
    rows = [_row(hit, cited.get((hit.path, hit.passage), ()), most) for hit in answer.hits]
    caption = element("caption", {"class": "unseen"}, "Passages that were found, best first, with their scores")
    head = element("thead", {}, element("tr", {}, element("th", {"scope": "col"}, "Passage"), *heads))
    table = element("table", {"class": "scores"}, caption, head, element("tbody", {}, *rows))
    terms = [element("div", {}, element("dt", {}, name), element("dd", {}, tip)) for name, tip in SCORES.values()]
    legend = element("details", {}, element("summary", {}, "What the scores mean"), element("dl", {"class": "terms"}, *terms))
    return _section(f"Passages found ({len(answer.hits)})", table, legend)


def _row(hit: Hit, cited: Sequence[int], most: Mapping[str, float]) -> Markup:
    target = {"path": hit.path, "sha256": hit.sha256, "passage": hit.passage, "start": hit.start, "end": hit.end, "quote": hit.text}
    name = element("span", {}, element("bdi", {"class": "file"}, hit.path), f" passage {hit.passage:,}")
    used = element("span", {"class": "used"}, "cited as " + ", ".join(f"[{n}]" for n in cited)) if cited else ""
    button = element("button", {"type": "button", "class": "opens", "data-open": json.dumps(target)}, name)
    return element(
        "tr",
        {"class": "cited" if cited else None},
        element("th", {"scope": "row"}, button, used),
        *[_score(name, getattr(hit, name), most[name]) for name in SCORES],
    )


def _score(name: str, value: float, most: float) -> Markup:
    words = f"{value:.4f}" if name == "fused" else f"{value:.2f}"
    return element("td", {}, words, drawing.bar(value / most if most > 0 else 0.0, name))


def _cited(answer: Answer) -> dict[tuple[str, int], list[int]]:
    """The numbers of the citations by the passage that they are in."""
    found: dict[tuple[str, int], list[int]] = {}
    for citation in answer.citations:
        found.setdefault((citation.path, citation.passage), []).append(citation.n)
    return found


def _timings(timings: Mapping[str, float]) -> Markup:
    if not timings:
        return Markup("")
    whole = max(timings.get("total", 0.0), *timings.values()) or 1.0
    rows = [
        element(
            "tr",
            {"class": "sum" if name == "total" else None},
            element("th", {"scope": "row"}, STAGES.get(name, name)),
            element("td", {}, f"{value:,.0f} ms" if value >= 10 else f"{value:.1f} ms"),
            element("td", {"class": "wide"}, drawing.bar(value / whole, "time")),
        )
        for name, value in timings.items()
    ]
    return _section("Time", element("table", {"class": "times"}, element("tbody", {}, *rows)))


def _writer(answer: Answer) -> Markup:
    if answer.writer == "extractive":
        return _section("Writer", element("p", {}, "No language model: the answer is quoted word for word from the documents."))
    said = element(
        "p", {}, "Written by ", element("bdi", {"class": "file"}, answer.writer), ", each sentence checked against what it cites."
    )
    shown, wrote = answer.tokens.get("prompt"), answer.tokens.get("answer")
    length: Markup | str = ""
    if shown is not None and wrote is not None:
        length = element("p", {"class": "detail"}, f"It was shown {count(shown, 'token')} and wrote {count(wrote, 'token')}, counted here.")
    return _section("Writer", said, length)


def _section(title: str, *parts: str) -> Markup:
    return element("section", {}, element("h3", {"class": "small"}, title), join(list(parts)))
