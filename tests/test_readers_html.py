"""Of a page its text is read as it is seen, in blocks; scripts, styles, navigation and what is hidden are not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.readers.html import extract


def text_of(page: str | bytes) -> str:
    return extract(page.encode() if isinstance(page, str) else page, "a.html").text


def test_blocks_are_apart_and_what_flows_is_not() -> None:
    page = "<div>One <b>bold</b>\n  and <a href='x'>link</a>.<p>Two<br>lines.</div>three<ul><li>a<li>b</ul><blockquote>Q</blockquote>"
    assert text_of(page) == "One bold and link.\n\nTwo\nlines.\n\nthree\n\na\n\nb\n\nQ"


@pytest.mark.parametrize(
    "left_out",
    [
        "<script>var x = 'seen';</script>",
        "<style>seen {}</style>",
        "<noscript>seen</noscript>",
        "<template><p>seen</p></template>",
        "<nav><a>seen</a></nav>",
        "<div role='navigation'>seen</div>",
        "<p hidden>seen</p>",
        "<span aria-hidden='true'>seen</span>",
        "<footer><p>seen</p></footer>",
        "<svg><text>seen</text></svg>",
        "<button>seen</button>",
        "<select><option>seen</select>",
        "<!-- seen -->",
        "<iframe>seen</iframe>",
    ],
)
def test_what_is_no_text_of_the_page_is_left_out(left_out: str) -> None:
    assert text_of(f"<body><p>Before.</p>{left_out}<p>After.</p></body>") == "Before.\n\nAfter."
    assert text_of(f"<p>Be{left_out}fore.</p>").split() in (["Before."], ["Be", "fore."])


def test_the_footer_of_an_article_is_text() -> None:
    assert text_of("<article><p>A.</p><footer>Written by Bo.</footer></article><footer>Page.</footer>") == "A.\n\nWritten by Bo."


def test_the_title_is_said_once() -> None:
    assert text_of("<title>Ferries</title><h1>Boats</h1>") == "Ferries\n\nBoats"
    assert text_of("<title>Ferries | The News</title><h1>Ferries</h1>") == "Ferries"


def test_headings_are_places() -> None:
    found = extract(b"<p>Before.</p><h2>On <i>ice</i></h2><p>Cold.</p><h3>Wind</h3>", "a.html")
    assert [(place.name, found.text[place.start :].split("\n")[0]) for place in found.places] == [
        ("§ On ice", "On ice"),
        ("§ Wind", "Wind"),
    ]


def test_entities_are_decoded_and_nothing_is_run() -> None:
    assert text_of("<p>A &amp; B&nbsp;&lt;script&gt; &eacute; &#8212; &#x41;</p>") == "A & B <script> é — A"


def test_preformatted_text_keeps_its_lines() -> None:
    assert text_of("<p>Code:</p><pre>\n  one\n    two\n</pre>") == "Code:\n\n  one\n    two"


def test_rows_of_a_table_name_their_columns() -> None:
    table = "<table><tr><th>Ship<th>Built</tr><tr><td>Sea <b>Star</b><td>1931</tr><tr><td>Morholm<td></tr></table>"
    assert text_of(f"<p>Ships:</p>{table}") == "Ships:\n\nShip: Sea Star; Built: 1931\n\nShip: Morholm"


def test_a_table_that_lays_out_a_page_is_read_as_one() -> None:
    assert text_of("<table><tr><td><h1>News</h1><p>It rained.</p></td><td><ul><li>x</ul></td></tr></table>") == "News\n\nIt rained.\n\nx"


@pytest.mark.parametrize(
    "page",
    [
        "<p>Café</p>".encode("utf-16"),
        "\ufeff<p>Café</p>".encode(),
        b"<meta charset='iso-8859-1'><p>Caf\xe9</p>",
        b"<meta http-equiv='Content-Type' content='text/html; charset=windows-1252'><p>Caf\xe9</p>",
        b"<p>Caf\xe9</p>",
        b"<meta charset='no-such'><p>Caf\xe9</p>",
        b"<?xml version='1.0' encoding='UTF-8'?><html xmlns='http://www.w3.org/1999/xhtml'><body><p>Caf&eacute;</p></body></html>",
    ],
)
def test_the_encoding_is_found_as_browsers_find_it(page: bytes) -> None:
    assert text_of(page) == "Café"


@pytest.mark.parametrize("page", ["<html></html>", "<script>x</script>", "<p> &nbsp; </p>", "   "])
def test_a_page_without_text_says_so(page: str) -> None:
    with pytest.raises(ReadError, match=r"a\.html holds no text"):
        text_of(page)


def test_deep_nesting_and_entity_bombs_are_harmless() -> None:
    assert text_of("<div>" * 1_000 + "deep" + "</div>" * 1_000) == "deep"
    with pytest.raises(ReadError, match="nested too deeply"):
        text_of("<p>First.</p>" + "<div>" * 50_000 + "deep")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE html [<!ENTITY l0 "ha">{laughs}]><html xmlns="http://www.w3.org/1999/xhtml"><body><p>Fine &l11;</p></body></html>'
    assert text_of(bomb).startswith("Fine") and len(text_of(bomb)) < 20
    outside = '<!DOCTYPE html [<!ENTITY f SYSTEM "file:///etc/hostname">]><html xmlns="http://www.w3.org/1999/xhtml"><p>Fine &f;</p></html>'
    assert text_of(outside).split() in (["Fine"], ["Fine", "&f;"])


@settings(deadline=None, max_examples=80)
@given(st.text())
def test_any_page_gives_text_or_a_reason(page: str) -> None:
    try:
        found = extract(page.encode("utf-8", "replace") or b" ", "a.html")
    except ReadError as error:
        assert str(error).startswith("a.html")
    else:
        assert found.text.strip() and all(0 <= place.start < len(found.text) for place in found.places)
