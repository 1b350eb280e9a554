"""Makes small files of every format: `python -m tests.support.papers` writes those of tests/data/formats."""

import csv
import io
import json
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "data" / "formats"
SIZE = 11.0  # points
MARGIN, TOP, LEADING, WIDTH = 72.0, 740.0, 14.0, 78  # points, points, points, characters of a line

Spot = tuple[float, float, float, str]  # left, lower edge, size, text


def pdf(pages: Sequence[Sequence[Spot]], trailer: str = "") -> bytes:
    """A PDF in Helvetica with texts at places, lower left is 0, 0; `trailer` is put into its last dictionary."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"]
    kids = []
    for spots in pages:
        drawn = "".join(f"BT /F1 {size} Tf {left} {low} Td ({_escaped(text)}) Tj ET\n" for left, low, size, text in spots)
        kids.append(f"{len(objects) + 1} 0 R")
        content = f"{len(objects) + 2} 0 R"
        resources = "/Resources << /Font << /F1 3 0 R >> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] {resources} /Contents {content} >>")
        objects.append(f"<< /Length {len(drawn.encode('cp1252'))} >>\nstream\n{drawn}endstream")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    written = b"%PDF-1.4\n"
    places = []
    for number, one in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n{one}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\n"
    return written + f"{end}startxref\n{len(written)}\n%%EOF\n".encode()


def encrypted_pdf() -> bytes:
    """A PDF that no empty password opens."""
    lock = f"<< /Filter /Standard /V 1 /R 2 /P -4 /O <{'00' * 32}> /U <{'11' * 32}> >>"
    return pdf([[(MARGIN, TOP, SIZE, "Secret.")]], f"/Encrypt {lock} /ID [<{'22' * 16}> <{'22' * 16}>]")


def page(lines: Sequence[str], head: str = "", foot: str = "") -> list[Spot]:
    """A page of lines below one another, an empty one leaving a gap, between a running head and a running foot."""
    spots = [(MARGIN, TOP - number * LEADING, SIZE, line) for number, line in enumerate(lines) if line]
    edges = [(MARGIN, 770.0, 9.0, head), (MARGIN, 30.0, 9.0, foot)]
    return [*spots, *(spot for spot in edges if spot[3])]


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """A zip archive with these files, the same bytes every time."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def docx(write: Any) -> bytes:
    """A Word document that `write` fills: a python-docx `Document`."""
    from docx import Document

    document = Document()
    write(document)
    written = io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as archive:
        return zipped({name: archive.read(name) for name in archive.namelist()})


def epub(chapters: Mapping[str, str], titles: Mapping[str, str] | None = None, **more: str | bytes) -> bytes:
    """A book with the chapters (file: body) in this order and a table of contents (file: title)."""
    items = "".join(f'<item id="c{number}" href="{name}" media-type="application/xhtml+xml"/>' for number, name in enumerate(chapters))
    spine = "".join(f'<itemref idref="c{number}"/>' for number in range(len(chapters)))
    links = "".join(f'<li><a href="{name}">{title}</a></li>' for name, title in (titles or {}).items())
    html = (
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title/></head><body>{}</body></html>'
    )
    nav = '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="book/all.opf"/></rootfiles>'
    )
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": container + "</container>",
            "book/all.opf": f'<package xmlns="http://www.idpf.org/2007/opf"><manifest>{items}{nav}</manifest><spine>{spine}</spine></package>',
            "book/nav.xhtml": html.format(f'<nav epub:type="toc"><ol>{links}</ol></nav>'),
            **{f"book/{name}": html.format(body) for name, body in chapters.items()},
            **more,
        }
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _harbour(document: Any) -> None:
    document.add_heading("Report of the harbour master", 0)
    document.add_paragraph("Inga Berg has been harbour master of Skellby since 2014.")
    document.add_heading("Damage", 1)
    document.add_paragraph("The storm of 7 January 2019 tore away 60 metres of the northern pier. Nobody was hurt.")
    table = document.add_table(3, 2)
    for row, cells in zip(table.rows, (("Work", "Cost"), ("New pier", "4.2 million crowns"), ("Lamp", "90,000 crowns")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text


PAPER = (
    (
        "The ferry of Skellby",
        "",
        "The ferry between Skellby and Morholm was built in 1931 at the ship-",
        "yard of Aland, and carried 140 passengers. Its first captain was Olga",
        "Lind, who stayed for 22 years.",
        "",
        "In the winter of 1947 the sound froze over. The ferry lay still for 51",
        "days, and the people of Morholm were supplied by horse and sledge, until",
    ),
    (
        "an ice-breaker came from the capital in March.",
        "",
        "The ferry was sold in 1968 for 12,000 crowns, because a bridge had been",
        "opened. It burned in 1971 while it was being repaired.",
    ),
    ("Today a model of it stands in the museum of Skellby. The model is 2 me-", "tres long, and was carved by Nils Ek."),
)
PAGE = """<!doctype html><html><head><title>Skellby's museum</title><script>var secret = 1;</script></head><body>
<nav><a href="/">Home</a> <a href="/visit">Visit</a></nav><main><h1>The museum of Skellby</h1>
<p>The museum was opened on 5 June 1988 by the painter Ada Holt&nbsp;&amp; her sister.</p><h2>Opening hours</h2>
<p>It is open from May to September. A ticket costs 80 crowns.</p></main><footer>All rights reserved.</footer></body></html>"""
TABLE = (
    ("Ship", "Captain", "Built"),
    ("Sea Star", "Olga Lind", "1931"),
    ("Morholm", "Per Dahl", "1955"),
    ("Grey Seal", "Eva Nord", "1962"),
)
WEATHER = {
    "station": {"name": "Skellby lighthouse", "height in metres": 38},
    "records": [{"date": "2019-01-07", "wind in metres per second": 41.50}, {"date": "2021-02-14", "lowest temperature": -27}],
}
BOOK = {
    "one.xhtml": "<h1>The lamp</h1><p>The lamp of the lighthouse was lit for the first time on 1 October 1858 by Karl Ek.</p>",
    "two.xhtml": "<p>His daughter Maja kept the light from 1890, and rescued eleven sailors from the brig Fortuna.</p>",
}


def main() -> None:
    """Write a file of every format that is not the text itself."""
    rows = io.StringIO()
    csv.writer(rows, lineterminator="\n").writerows(TABLE)
    files = {
        "ferry.pdf": pdf([page(lines, "Skellby Yearbook", f"{number}") for number, lines in enumerate(PAPER, 1)]),
        "museum.html": PAGE.encode(),
        "report.docx": docx(_harbour),
        "ships.csv": rows.getvalue().encode(),
        "weather.json": (json.dumps(WEATHER, indent=1) + "\n").encode(),
        "lighthouse.epub": epub(BOOK, {"one.xhtml": "The lamp", "two.xhtml": "The keeper's daughter"}),
    }
    for name, data in files.items():
        (FOLDER / name).write_bytes(data)
        sys.stdout.write(f"{name}: {len(data):,} bytes\n")


if __name__ == "__main__":
    main()
