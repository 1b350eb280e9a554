"""The report as one HTML file that needs nothing else: tables, and a page for each case that did not pass.

Every text of a document, a question or an answer is escaped here, in `_text`; no script runs.
"""

from collections.abc import Mapping
from html import escape
from pathlib import Path

from eval.case import Gold, corpus_of
from eval.corpus import read_documents
from eval.report.chart import risk_coverage_chart
from eval.report.columns import cell, headings, rows, timing_lines, verdict_lines
from eval.report.model import CaseResult, Report
from rag.errors import CorpusError
from rag.schema import AnswerSentence, Citation, Document

SURROUNDINGS = 220
_STYLE = Path(__file__).parent / "report.css"
_COLOURS = {"passed": "good", "supported": "good", "failed": "bad", "unsupported": "bad", "uncited": "bad"}

Documents = Mapping[str, Document]


def to_html(report: Report) -> str:
    """The whole page as text."""
    documents = _documents(report)
    wrong = [result for result in report.cases if result.verdict != "passed"]
    pages = "\n".join(_page(result, documents.get(result.case.corpus, {})) for result in wrong)
    verdicts = "".join(f"<p>{_text(line)}</p>" for line in (*verdict_lines(report), *timing_lines(report)))
    title = f"Grounding eval: {_text(report.suite)}"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
{_STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
<main>
<section class="page" id="top">
<h1>{title}</h1>
{verdicts}
{_metrics(report)}
{risk_coverage_chart(report.risk_coverage)}
{_list(wrong)}
<p class="quiet">{_text(", ".join(f"{name} {value or 'unknown'}" for name, value in report.identity.model_dump().items()))}</p>
</section>
{pages}
</main>
</body>
</html>
"""


def _metrics(report: Report) -> str:
    compared = report.beside is not None
    lines = []
    for row in rows(report):
        said = [*map(cell, row.figures), *([row.change] if compared else [])]
        cells = "".join(f"<td>{_text(one)}</td>" for one in said)
        lines.append(f"<tr><th>{_text(row.name)}</th><td>{_text(row.metric.title)}</td>{cells}</tr>")
    head = "".join(f"<th>{_text(name)}</th>" for name in (*headings(report), *(["change"] if compared else [])))
    return f"<h2>Metrics</h2>\n<table><tr><th>metric</th><th></th>{head}</tr>\n{''.join(lines)}</table>"


def _list(wrong: list[CaseResult]) -> str:
    if not wrong:
        return "<p>Every case passed.</p>"
    rows = "".join(
        f'<tr><td><a href="#{_anchor(r)}">{_text(r.case.id)}</a></td><td>{_badge(r.verdict)}</td><td>{_text(r.case.question)}</td>'
        f"<td>{_text('; '.join(r.problems))}</td></tr>\n"
        for r in wrong
    )
    return (
        f"<h2>Cases that did not pass</h2>\n<table><tr><th>case</th><th></th><th>question</th><th>what is wrong</th></tr>\n{rows}</table>"
    )


def _page(result: CaseResult, documents: Documents) -> str:
    case, answer = result.case, result.answer
    problems = "".join(f"<li>{_text(problem)}</li>" for problem in result.problems)
    said = "<p>There is no answer: the question ended with an error.</p>"
    if answer is not None:
        reasons = "".join(f"<li>{_text(reason)}</li>" for reason in answer.reasons)
        said = f"<p>{_badge(answer.status)} confidence {answer.confidence:g}</p>"
        said += f"<blockquote>{_text(answer.text)}</blockquote><ul>{reasons}</ul>"
        said += "".join(_sentence(sentence, answer.citations, documents) for sentence in answer.sentences)
    gold = "".join(_gold(n, group, documents) for n, group in enumerate(case.gold, 1)) or "<p>Nothing: the documents do not say.</p>"
    note = f'<p class="quiet">{_text(case.note)}</p>' if case.note else ""
    expected = f"<p>{_badge(case.expect)} {_text(case.answer)}</p>"
    return f"""<section class="page" id="{_anchor(result)}">
<h2>{_text(case.id)} {_badge(result.verdict)}</h2>
<p class="quiet">{_text(case.category)}, {case.split} · <a href="#top">all cases</a></p>
<p class="question">{_text(case.question)}</p>
{note}<ul class="bad">{problems}</ul>
<div class="beside"><div><h3>Answer</h3>{said}</div><div><h3>Gold</h3>{expected}{gold}</div></div>
<details><summary>Scores</summary>{_scores(result)}</details>
</section>"""


def _sentence(sentence: AnswerSentence, citations: tuple[Citation, ...], documents: Documents) -> str:
    by_number = {citation.n: citation for citation in citations}
    reasons = "".join(f"<li>{_text(reason)}</li>" for reason in sentence.reasons)
    cited = "".join(
        _span(f"[{n}]", by_number[n].path, by_number[n].start, by_number[n].end, documents)
        if n in by_number
        else f'<p class="bad">[{n}] does not exist</p>'
        for n in sentence.citations
    )
    return f"<div class='sentence'><p>{_badge(sentence.verdict)} {_text(sentence.text)}</p><ul>{reasons}</ul>{cited}</div>"


def _gold(n: int, group: tuple[Gold, ...], documents: Documents) -> str:
    return f"<h4>Part {n}</h4>" + "".join(_span("or" if i else "", g.path, g.start, g.end, documents) for i, g in enumerate(group))


def _span(label: str, path: str, start: int, end: int, documents: Documents) -> str:
    place = f'<p class="quiet">{_text(label)} {_text(path)}:{start}-{end}</p>'
    document = documents.get(path)
    if document is None or not 0 <= start < end <= len(document.text):
        return f'{place}<p class="bad">The file has no such characters.</p>'
    before, after = document.text[max(0, start - SURROUNDINGS) : start], document.text[end : end + SURROUNDINGS]
    return f"{place}<blockquote>…{_text(before)}<mark>{_text(document.text[start:end])}</mark>{_text(after)}…</blockquote>"


def _scores(result: CaseResult) -> str:
    rows = "".join(
        f"<tr><th>{_text(name)}</th><td>{'could not judge' if s.value is None else f'{s.value:g}'}</td><td>{_text(s.explanation)}</td></tr>"
        for name, s in result.scores.items()
    )
    return f"<table>{rows}</table>"


def _badge(word: str) -> str:
    return f'<span class="badge {_COLOURS.get(word, "open")}">{_text(word.replace("_", " "))}</span>'


def _anchor(result: CaseResult) -> str:
    return _text("case-" + "".join(c if c.isalnum() or c in "-_" else f"-{ord(c):x}-" for c in result.case.id))


def _text(text: str) -> str:
    return escape(text, quote=True)


def _documents(report: Report) -> dict[str, Documents]:
    found: dict[str, Documents] = {}
    for case in {result.case.corpus: result.case for result in report.cases}.values():
        try:
            found[case.corpus] = read_documents(corpus_of(case, Path(report.corpus)))
        except CorpusError:
            found[case.corpus] = {}  # a page then says of each span that the file has no such characters
    return found
