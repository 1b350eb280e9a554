"""Stems are the same whoever asks for them at once."""

from concurrent.futures import ThreadPoolExecutor

from rag.language.words import stem

ROOTS = ("relat", "condition", "vietnam", "oper", "hope", "adjust", "general")
ENDINGS = ("ional", "izations", "fulness", "ations", "iveness", "alities", "ousli", "ements", "ingly", "edly", "able", "ness", "ly", "s")
WORDS = [root + ending for root in ROOTS for ending in ENDINGS]


def test_threads_that_stem_at_once_get_the_stems_of_one_alone() -> None:
    stem.cache_clear()
    alone = [stem(word) for word in WORDS]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(30):
            stem.cache_clear()
            parts = [pool.submit(lambda first: [stem(word) for word in WORDS[first:] + WORDS[:first]], first) for first in range(0, 96, 12)]
            for number, part in enumerate(parts):
                first = number * 12
                assert part.result() == alone[first:] + alone[:first]
