"""The report as JUnit XML: a test case for each case, grouped by category; what could not be judged is an error, never a pass."""

import re
from xml.etree import ElementTree as xml

from eval.report.model import CaseResult, Report

# XML 1.0 has no way to write these characters.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(report: Report) -> str:
    """One `<testsuite>` for each category."""
    root = xml.Element("testsuites", {"name": f"groundline eval {report.suite}", **_counts(report.cases)})
    for category in sorted({result.case.category for result in report.cases}):
        results = tuple(result for result in report.cases if result.case.category == category)
        suite = xml.SubElement(root, "testsuite", {"name": _clean(category), **_counts(results)})
        for result in results:
            _case(suite, result)
    xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(root, encoding="unicode") + "\n"


def _counts(results: tuple[CaseResult, ...]) -> dict[str, str]:
    failures = sum(result.verdict == "failed" for result in results)
    errors = sum(result.verdict in ("not_judged", "error") for result in results)
    return {"tests": str(len(results)), "failures": str(failures), "errors": str(errors)}


def _case(suite: xml.Element, result: CaseResult) -> None:
    case = xml.SubElement(suite, "testcase", classname=_clean(result.case.category), name=_clean(result.case.id))
    if result.verdict == "passed":
        return
    tag = "failure" if result.verdict == "failed" else "error"
    found = xml.SubElement(case, tag, type=result.verdict, message=_clean(result.problems[0]))
    said = result.answer.text if result.answer is not None else ""
    found.text = _clean("\n".join([f"question: {result.case.question}", f"answer: {said}", *result.problems]))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
