"""The eval's page as pure functions: what may be run, how far it is, and the report with its charts and failing cases."""

import json
from collections.abc import Callable, Mapping, Sequence

from eval.case import Case, Gold
from eval.metrics import BY_NAME, METRICS
from eval.metrics.base import Metric
from eval.report.model import CaseResult, Figure, Report
from rag.citations import line_numbers, place_of
from rag.errors import GroundlineError
from rag.schema import Answer, AnswerSentence, Document
from ui.markup import Markup, element, join
from ui.pages import drawing
from ui.render import SIGNS, count, problem, where

SURROUNDINGS = 240
DocumentOf = Callable[[str], Document | None]
VERDICTS = {"passed": "passed", "failed": "failed", "not_judged": "could not be judged", "error": "ended with an error"}
_SIGNS = {"passed": SIGNS["supported"], "failed": SIGNS["unsupported"], "not_judged": SIGNS["not_judged"], "error": SIGNS["unsupported"]}
EXPECTED = {"answer": "an answer", "abstain": "an abstention", "correct": "a correction of the question"}
_CURVES = {"development": "dotted", "test": "dashed", "all": "whole"}


def start(categories: Mapping[str, int], trouble: GroundlineError | None = None) -> Markup:
    """What may be run: the project's own cases by category, or a file of one's own."""
    total = sum(categories.values())
    options = [element("option", {"value": ""}, f"All {total:,} cases")]
    options += [element("option", {"value": name}, f"{name.replace('_', ' ')} ({number:,})") for name, number in categories.items()]
    select = element("select", {"id": "gl-eval-category", "data-part": "eval-category"}, *options)
    label = element("label", {"for": "gl-eval-category"}, "Cases")
    run = element("button", {"type": "button", "class": "button main", "data-act": "eval-run"}, "Run")
    file = element(
        "label", {"class": "button pick"}, "Choose a case file …", element("input", {"type": "file", "accept": ".json", "class": "unseen"})
    )
    own = element("div", {"class": "row"}, label, select, run)
    about = element("p", {"class": "detail"}, "They are about the five articles that Groundline comes with.")
    other = element(
        "p",
        {"class": "detail"},
        "For documents of your own, write cases with ",
        element("code", {}, "groundline eval new"),
        " and run their file: ",
    )
    rated = element("button", {"type": "button", "class": "button", "data-act": "eval-rated"}, "Run the answers called good")
    yours = element("p", {"class": "detail"}, "Or ask the questions again whose answers you called good, expecting the same:")
    said = problem(trouble) if trouble is not None else ""
    choices = [element("div", {"class": "choice"}, *parts) for parts in ((own, about), (other, file), (yours, rated))]
    return join([said, *choices])


def counts(report: Report) -> Markup:
    """How many cases ended how, as one bar and in words."""
    total = max(1, len(report.cases))
    parts: list[str] = []
    at = 0.0
    for verdict in VERDICTS:
        share = 100 * report.count(verdict) / total  # type: ignore[arg-type]
        if share:
            parts.append(Markup(f'<rect class="{verdict}" x="{at:.2f}" width="{share:.2f}" height="6"/>'))
        at += share
    bar = Markup(f'<svg class="meter outcome" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">{join(parts)}</svg>')
    words = [
        element("li", {"class": verdict}, sign_of(verdict), f"{report.count(verdict):,} {name}")  # type: ignore[arg-type]
        for verdict, name in VERDICTS.items()
        if report.count(verdict)  # type: ignore[arg-type]
    ]
    return join([element("p", {"class": "sum"}, count(len(report.cases), "case")), bar, element("ul", {"class": "outcomes"}, *words)])


def report(found: Report) -> Markup:
    """The whole report of a run."""
    title = "Last report, of the answers that you called good" if found.suite == "rated" else f"Last report{_of_category(found)}"
    parts = [
        element("section", {}, element("div", {"class": "bar"}, element("h3", {}, title), _downloads()), counts(found)),
        _curve(found),
        _figures(found),
        _categories(found),
        _wrong(found),
        _identity(found),
    ]
    return join([part for part in parts if part])


def _of_category(found: Report) -> str:
    """The category of a report whose cases are all of one."""
    categories = {result.case.category for result in found.cases}
    return f", of the category {categories.pop().replace('_', ' ')}" if len(categories) == 1 else ""


def _downloads() -> Markup:
    forms = ("html", "json", "md")
    buttons = [
        element(
            "button",
            {"type": "button", "class": "quiet", "data-act": "eval-save", "data-form": form, "aria-label": f"Save the report as {form}"},
            f".{form}",
        )
        for form in forms
    ]
    return element("div", {"class": "saves"}, element("span", {"class": "detail", "aria-hidden": "true"}, "Save as"), *buttons)


def sign_of(verdict: str) -> Markup:
    """The sign of how a case ended; words stand beside it."""
    return element("span", {"class": f"sign {verdict}"}, _SIGNS[verdict].shape)


def _curve(found: Report) -> Markup:
    drawn = [drawing.Line(split, points, _CURVES[split]) for split, points in found.risk_coverage.items() if len(points) > 1]
    if not drawn:
        return Markup("")
    keys = [element("li", {}, drawing.key(one.kind), f" {one.name}") for one in drawn]
    about = "How often an answer is wrong (upwards) when only the most confident share of the questions (to the right) is answered."
    chart = drawing.curve(
        drawn, "Risk by coverage; the table below has the numbers", "share of questions answered", "share of answers wrong"
    )
    rows = [
        element(
            "tr",
            {},
            element("th", {"scope": "row"}, one.name),
            *[element("td", {"class": "number"}, _risk_at(one.points, n / 4)) for n in range(1, 5)],
        )
        for one in drawn
    ]
    heads = [element("th", {"scope": "col", "class": "number"}, f"{n / 4:.0%}") for n in range(1, 5)]
    caption = element("caption", {"class": "unseen"}, "Share of answers wrong, by share of questions answered")
    table = element(
        "table",
        {},
        caption,
        element("thead", {}, element("tr", {}, element("th", {"scope": "col"}, "answered"), *heads)),
        element("tbody", {}, *rows),
    )
    shown = element("details", {}, element("summary", {}, "As numbers"), table)
    return element(
        "section",
        {},
        element("h3", {}, "Risk and coverage"),
        element("p", {"class": "detail"}, about),
        chart,
        element("ul", {"class": "keylines"}, *keys),
        shown,
    )


def _risk_at(points: Sequence[tuple[float, float]], coverage: float) -> str:
    reached = [risk for at, risk in points if at <= coverage + 1e-9]
    return f"{reached[-1]:.1%}" if reached and points[-1][0] >= coverage - 0.02 else "–"


def _figures(found: Report) -> Markup:
    rows = [_figure(metric, found) for metric in METRICS if found.figure(metric.name) is not None]
    if not rows:
        return Markup("")
    names = ("Metric", "All, with its 95 % interval", "Development", "Test")
    head = element("thead", {}, element("tr", {}, *[element("th", {"scope": "col"}, name) for name in names]))
    note = element("p", {"class": "detail"}, "↑ higher is better, ↓ lower. Intervals are drawn over documents.")
    return element(
        "section", {}, element("h3", {}, "Figures"), note, element("table", {"class": "stacked figures"}, head, element("tbody", {}, *rows))
    )


def _figure(metric: Metric, found: Report) -> Markup:
    figure = found.figure(metric.name)
    arrow = "↑" if metric.higher_is_better else "↓"
    name = element(
        "th",
        {"scope": "row"},
        f"{metric.title} ",
        element("span", {"class": "arrow"}, arrow),
        element("code", {"class": "detail"}, metric.name),
    )
    cells = [
        element("td", {"class": "small-number", "data-label": split}, _value(found.figure(metric.name, split)))
        for split in ("development", "test")
    ]
    return element("tr", {}, name, element("td", {"class": "wide"}, _value(figure), _bounds(figure), _interval(metric, figure)), *cells)


def _value(figure: Figure | None) -> str:
    if figure is None:
        return "–"
    skipped = f", {figure.not_judged} not judged" if figure.not_judged else ""
    return ("–" if figure.value is None else f"{figure.value:.3f}") + skipped


def _bounds(figure: Figure | None) -> Markup:
    if figure is None or figure.value is None or figure.low is None or figure.high is None:
        return Markup("")
    return element("span", {"class": "detail"}, f" {figure.low:.3f} to {figure.high:.3f}, n = {figure.n:,}")


def _interval(metric: Metric, figure: Figure | None) -> Markup:
    if figure is None or figure.value is None or metric.kind not in ("yes_no", "share") or not 0 <= figure.value <= 1:
        return Markup("")
    return drawing.interval(figure.value, figure.low, figure.high, metric.higher_is_better)


def _categories(found: Report) -> Markup:
    names = sorted({result.case.category for result in found.cases})
    if len(names) < 2:
        return Markup("")
    rows = []
    for name in names:
        results = [result for result in found.cases if result.case.category == name]
        passed = sum(result.verdict == "passed" for result in results)
        cells = element("td", {"class": "wide"}, f"{passed:,} of {len(results):,}", drawing.bar(passed / len(results), "passed"))
        rows.append(element("tr", {}, element("th", {"scope": "row"}, name.replace("_", " ")), cells))
    head = element("thead", {}, element("tr", {}, element("th", {"scope": "col"}, "Category"), element("th", {"scope": "col"}, "Passed")))
    return element(
        "section", {}, element("h3", {}, "Categories"), element("table", {"class": "categories"}, head, element("tbody", {}, *rows))
    )


def _wrong(found: Report) -> Markup:
    wrong = [result for result in found.cases if result.verdict != "passed"]
    title = element("h3", {}, "Cases that did not pass")
    if not wrong:
        return element("section", {}, title, element("p", {}, "Every case passed."))
    items = [
        element(
            "details",
            {"class": "case", "data-case": result.case.id},
            element(
                "summary",
                {},
                sign_of(result.verdict),
                element(
                    "span",
                    {"class": "words"},
                    element("bdi", {}, result.case.question),
                    element("span", {"class": "detail"}, f"{result.case.id}, {VERDICTS[result.verdict]}"),
                ),
            ),
            element("div", {"class": "inside"}),
        )
        for result in wrong
    ]
    return element("section", {}, title, *items)


def _identity(found: Report) -> Markup:
    hashes = ", ".join(f"{name} {value[:12] or 'unknown'}" for name, value in found.identity.model_dump().items())
    timings = ", ".join(f"{BY_NAME[name].title if name in BY_NAME else name}: {value:g}" for name, value in found.timings.items())
    return element("p", {"class": "detail foot-note"}, f"Judged: {hashes}. {timings}")


def case_page(result: CaseResult, document_of: DocumentOf, can_open: bool) -> Markup:
    """One case: the question, what was answered with what it cites, and what was expected."""
    problems = [element("li", {}, one) for one in result.problems]
    turns = [element("p", {"class": "detail", "dir": "auto"}, f"{turn.role}: {turn.content}") for turn in result.case.history]
    answered = element("div", {}, element("h4", {"class": "small"}, "Answer"), _answer(result.answer, document_of, can_open))
    expected = element("div", {}, element("h4", {"class": "small"}, "Expected"), *_expected(result.case, document_of, can_open))
    note = element("p", {"class": "detail"}, result.case.note) if result.case.note else ""
    return join([*turns, element("ul", {"class": "problems"}, *problems), note, element("div", {"class": "beside"}, answered, expected)])


def _answer(answer: Answer | None, document_of: DocumentOf, can_open: bool) -> Markup:
    if answer is None:
        return element("p", {}, "None: the question ended with an error.")
    said = element("p", {"class": "detail"}, f"{answer.status}, confidence {answer.confidence:.0%}")
    by_number = {citation.n: citation for citation in answer.citations}
    parts: list[str] = [said]
    if not answer.sentences:
        parts.append(element("blockquote", {"dir": "auto"}, answer.text))
    for sentence in answer.sentences:
        parts.append(_sentence(sentence))
        parts += [
            _span(f"[{n}]", by_number[n].path, by_number[n].start, by_number[n].end, by_number[n].quote, document_of, can_open)
            for n in sentence.citations
            if n in by_number
        ]
    parts += [element("p", {"class": "detail"}, reason) for reason in answer.reasons]
    return join(parts)


def _sentence(sentence: AnswerSentence) -> Markup:
    sign = element("span", {"class": f"sign {sentence.verdict}"}, SIGNS[sentence.verdict].shape)
    said = element(
        "span",
        {"class": "detail"},
        f"{SIGNS[sentence.verdict].label}: {'; '.join(sentence.reasons)}" if sentence.reasons else SIGNS[sentence.verdict].label,
    )
    return element("p", {"class": "said", "dir": "auto"}, sentence.text, " ", sign, said)


def _expected(case: Case, document_of: DocumentOf, can_open: bool) -> list[str]:
    parts: list[str] = [element("p", {"class": "detail"}, EXPECTED[case.expect])]
    if case.answer:
        parts.append(element("p", {"class": "said", "dir": "auto"}, case.answer))
    for group in case.gold:
        parts += [_gold(gold, "or" if place else "", document_of, can_open) for place, gold in enumerate(group)]
    return parts


def _gold(gold: Gold, label: str, document_of: DocumentOf, can_open: bool) -> Markup:
    return _span(label, gold.path, gold.start, gold.end, gold.quote, document_of, can_open)


def _span(label: str, path: str, start: int, end: int, quote: str, document_of: DocumentOf, can_open: bool) -> Markup:
    """A quote among its surroundings, with the way to its document."""
    document = document_of(path)
    holds = document is not None and document.text[start:end] == quote
    place = f"characters {start:,} to {end:,}"
    before = after = ""
    if document is not None and holds:
        before, after = document.text[max(0, start - SURROUNDINGS) : start], document.text[end : end + SURROUNDINGS]
        row = place_of(document, start, end) if document.reader else ""
        place = f"{where(row, document.reader, *line_numbers(document.text, start, end))}, {place}"
    name = element("bdi", {"class": "file"}, path)
    if can_open and holds:
        target = json.dumps({"path": path, "start": start, "end": end})
        name = element("button", {"type": "button", "class": "link", "data-act": "eval-open", "data-target": target}, name)
    marked = element(
        "blockquote",
        {"dir": "auto"},
        "…" if before else "",
        before,
        element("mark", {"class": "quote"}, quote),
        after,
        "…" if after else "",
    )
    return element("div", {"class": "span"}, element("p", {"class": "detail"}, f"{label} " if label else "", name, f" {place}"), marked)
