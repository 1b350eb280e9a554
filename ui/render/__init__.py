"""From the engine's nouns to HTML, as pure functions. Everything that is shown passes through `ui.markup`."""

from ui.render.first import corpus_line, documents, empty, examples, suggestions, welcome
from ui.render.signs import SIGNS
from ui.render.turns import EXTRACTIVE, Stored, behind, failed, marker, sentence, target, turn
from ui.render.words import count, lines, problem, size, where

__all__ = [
    "EXTRACTIVE",
    "SIGNS",
    "Stored",
    "behind",
    "corpus_line",
    "count",
    "documents",
    "empty",
    "examples",
    "failed",
    "lines",
    "marker",
    "problem",
    "sentence",
    "size",
    "suggestions",
    "target",
    "turn",
    "welcome",
    "where",
]
