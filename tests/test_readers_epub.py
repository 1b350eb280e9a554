"""Chapters of a book in their order, with headings or the table of contents as places; protected books say so."""

import pytest

from rag.errors import ReadError
from rag.readers.epub import extract
from tests.support.papers import epub, zipped

CHAPTERS = {"b.xhtml": "<h1>Ice</h1><p>It was&nbsp;cold <a id='x'/>&amp; dark.</p>", "a b.xhtml": "<p>Then spring came.</p>"}


def test_chapters_come_in_the_order_of_the_book() -> None:
    found = extract(epub(CHAPTERS, {"a%20b.xhtml#top": "Spring"}), "a.epub")
    assert found.text == "Ice\n\nIt was cold & dark.\n\nThen spring came."
    assert [(place.name, found.text[place.start :][:4]) for place in found.places] == [("§ Ice", "Ice\n"), ("§ Spring", "Then")]


def test_the_table_of_contents_itself_is_no_chapter() -> None:
    assert "Spring" not in extract(epub(CHAPTERS, {"b.xhtml": "Spring"}), "a.epub").text


def test_an_older_table_of_contents_is_understood() -> None:
    ncx = "http://www.daisy.org/z3986/2005/ncx/"
    point = '<navPoint><navLabel><text>Winter</text></navLabel><content src="one.html"/></navPoint>'
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="c" href="one.html"/><item id="n" href="toc.ncx"/></manifest>'
        '<spine toc="n"><itemref idref="c"/><itemref idref="gone"/></spine></package>'
    )
    container = '<container><rootfiles><rootfile full-path="all.opf"/></rootfiles></container>'
    files = {
        "META-INF/container.xml": container,
        "all.opf": package,
        "toc.ncx": f'<ncx xmlns="{ncx}"><navMap>{point}</navMap></ncx>',
        "one.html": "<p>Cold.</p>",
    }
    found = extract(zipped(files), "a.epub")
    assert (found.text, [place.name for place in found.places]) == ("Cold.", ["§ Winter"])


def test_a_protected_book_says_so() -> None:
    lock = '<encryption xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:CipherReference URI="book/b.xhtml"/></encryption>'
    with pytest.raises(ReadError, match=r"a\.epub is protected"):
        extract(epub(CHAPTERS, **{"META-INF/encryption.xml": lock}), "a.epub")
    fonts = lock.replace("b.xhtml", "font.otf")
    assert extract(epub(CHAPTERS, **{"META-INF/encryption.xml": fonts}), "a.epub").text.startswith("Ice")


@pytest.mark.parametrize("missing", ["META-INF/container.xml", "book/all.opf", "book/b.xhtml"])
def test_a_book_with_a_part_missing_is_damaged(missing: str) -> None:
    import zipfile
    from io import BytesIO

    with zipfile.ZipFile(BytesIO(epub(CHAPTERS))) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if name != missing}
    with pytest.raises(ReadError, match="is damaged"):
        extract(zipped(files), "a.epub")


def test_a_book_of_pictures_says_that_it_has_no_text() -> None:
    with pytest.raises(ReadError, match=r"a\.epub holds no text"):
        extract(epub({"a.xhtml": "<img src='page.png'/>"}), "a.epub")


def test_entity_bombs_in_a_book_are_not_unfolded() -> None:
    laughs = '<!ENTITY l0 "ha">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE package [{laughs}]><package xmlns="http://www.idpf.org/2007/opf"><metadata>&l11;</metadata><manifest/></package>'
    with pytest.raises(ReadError, match="holds no text"):
        extract(epub(CHAPTERS, **{"book/all.opf": bomb}), "a.epub")
