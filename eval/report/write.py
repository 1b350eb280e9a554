"""Write a report in its four forms into one folder."""

import json
from pathlib import Path

from eval.report.html import to_html
from eval.report.junit import to_junit
from eval.report.markdown import to_markdown
from eval.report.model import Report
from rag.errors import StorageError


def write_report(report: Report, out: Path) -> tuple[Path, ...]:
    """Write `report.json`, `report.md`, `junit.xml` and `report.html`; the paths written. Raises StorageError."""
    data = json.dumps(report.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"
    texts = {"report.json": data, "report.md": to_markdown(report), "junit.xml": to_junit(report), "report.html": to_html(report)}
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (out / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"The report cannot be written to {out}: {error.strerror}.", "Name another folder with --out.") from error
    return tuple(out / name for name in texts)
