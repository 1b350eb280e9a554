"""The public surface of `rag` is its `__all__`: each name exists, is documented, and nothing else is offered."""

import importlib
import inspect

import pytest

import rag


def test_the_public_names_are_these() -> None:
    assert sorted(rag.__all__) == [
        "Answer",
        "Citation",
        "Engine",
        "GroundlineError",
        "Hit",
        "Settings",
        "check_grounding",
        "open_corpus",
        "verify",
    ]


@pytest.mark.parametrize("name", rag.__all__)
def test_a_public_name_exists_and_is_documented(name: str) -> None:
    member = getattr(rag, name)
    assert inspect.getdoc(member), f"rag.{name} has no docstring"
    assert member.__module__.startswith("rag.")
    assert getattr(importlib.import_module(member.__module__), name) is member


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = rag.no_such_name
