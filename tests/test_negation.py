import pytest

from rag.language.negation import denied, negations


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("They did not leave.", "not"),
        ("They didn’t leave.", "didn't"),
        ("Nobody left.", "nobody"),
        ("He was unable to leave.", "unable to"),
        ("He refused to leave.", "refused to"),
        ("It went on without rain.", "without"),
        ("It is no longer open.", "no longer"),
    ],
)
def test_finds_the_denying_words(text: str, cue: str) -> None:
    (found,) = negations(text)
    assert found.cue == cue
    assert text[found.start : found.end].lower().replace("’", "'") == cue


@pytest.mark.parametrize("text", ["They left.", "No doubt they left.", "He asked whether or not they left.", "Not only that."])
def test_idioms_deny_nothing(text: str) -> None:
    assert negations(text) == ()


def test_a_denial_ends_with_its_clause() -> None:
    text = "They did not enter, but they removed the plate."
    assert denied(text, text.index("enter"))
    assert not denied(text, text.index("removed"))
