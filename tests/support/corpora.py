"""Corpora made of invented words: as large as a test needs, the same for the same seed."""

import random
from pathlib import Path

SYLLABLES = ("ba", "ke", "lo", "mu", "ti", "ra", "so", "ni", "vel", "dor", "gam", "pir", "tun", "zek")


def write_corpus(folder: Path, documents: int, sentences: int, seed: int = 0) -> None:
    """Writes `doc_000.txt` and so on, each with that many different sentences about a subject of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(documents):
        (folder / f"doc_{number:03d}.txt").write_text(made_up_text(sentences, seed * 10_000 + number), encoding="utf-8")


def made_up_text(sentences: int, seed: int) -> str:
    """Paragraphs of four sentences; a third of the words belong to this text's subject."""
    chance = random.Random(seed)
    subject = [_word(chance) for _ in range(12)]
    common = [_word(random.Random(number)) for number in range(400)]
    lines = []
    for _ in range(sentences):
        words = [chance.choice(subject if chance.random() < 0.35 else common) for _ in range(chance.randint(8, 14))]
        lines.append(" ".join(words).capitalize() + f" {chance.randint(100, 99_999)}.")
    return "\n\n".join(" ".join(lines[at : at + 4]) for at in range(0, len(lines), 4)) + "\n"


def _word(chance: random.Random) -> str:
    return "".join(chance.choice(SYLLABLES) for _ in range(3))
