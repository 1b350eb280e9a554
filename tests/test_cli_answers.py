"""An answer on a narrow terminal: places whole, reasons and notes wrapped, no word twice, no empty line at the end."""

from io import StringIO

from rich.console import Console

from rag.cli.answers import print_answer
from rag.schema import Answer, Citation, Hit

LONG = "letters/of/the/harbour/master/of/north/skellby/1931.txt"
HIT = Hit(path=LONG, sha256="0" * 64, passage=1, start=0, end=30, text="The harbour froze over.", dense=0.5, lexical=0.0, fused=0.1)


def printed(answer: Answer, width: int = 40) -> list[str]:
    out = Console(file=StringIO(), width=width, force_terminal=True, color_system=None, highlight=False)
    print_answer(out, answer)
    assert isinstance(out.file, StringIO)
    return out.file.getvalue().splitlines()


def refused(**more: object) -> Answer:
    return Answer.model_validate(
        {"question": "Who?", "status": "abstained", "text": "The documents do not say.", "confidence": 0.1, **more}
    )


def test_a_place_stays_in_one_piece() -> None:
    quote = "The harbour froze over."
    citation = Citation(n=1, path=LONG, sha256="0" * 64, passage=1, start=0, end=23, line_start=1, line_end=1, quote=quote)
    answered = Answer(question="What froze?", status="answered", text=f"{quote} [1]", citations=(citation,), confidence=0.9)
    assert f"[1] {LONG}:0-23  (line 1)" in printed(answered)
    assert f"  {LONG}:0-30  (similarity 0.50)" in printed(refused(hits=(HIT,)))


def test_a_long_reason_goes_on_below_its_beginning() -> None:
    lines = printed(refused(reasons=("The documents found do not mention Harbin, Peter Dahl.",)))
    assert lines[1:] == ["  - The documents found do not mention", "    Harbin, Peter Dahl."]


def test_each_word_that_is_missing_is_named_once_in_wrapped_lines() -> None:
    lines = printed(refused(uncovered=("valley", "spaghetti", "valley", "violins", "valley")))
    assert lines[1:] == ["The documents found do not mention:", "valley, spaghetti, violins"]


def test_the_last_line_is_never_empty() -> None:
    for more in ({}, {"uncovered": ("valley",)}, {"notes": ("Quoted instead.",)}):
        lines = printed(refused(hits=(HIT,), **more))
        assert lines[-1].strip() and all(line == line.rstrip() for line in lines)
    assert printed(refused(hits=(HIT,), uncovered=("valley",)))[-3] == ""
