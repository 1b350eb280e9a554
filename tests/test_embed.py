"""The model that ships: unit vectors that depend on the text alone, and readings that come back from bytes as they went."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.embed import LIGHT_PIECE, MODEL_FOLDER, TOKEN_DIMENSION, MiniLM, Reading, product
from rag.errors import ModelError
from rag.language.words import STOP_WORDS

TEXTS = ["A fire broke out in the tower.", "Bees make honey.", "", "😀", "word " * 400]


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return MiniLM()


def test_vectors_have_unit_length(model: MiniLM) -> None:
    vectors = model.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), 384) and vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_a_vector_does_not_depend_on_its_neighbours_or_on_threads(model: MiniLM) -> None:
    together = model.embed(TEXTS)
    for row, text in enumerate(TEXTS):
        assert np.array_equal(model.embed([text])[0], together[row])
        assert np.array_equal(model.embed_query(text), together[row])
    assert np.array_equal(MiniLM(threads=1).embed(TEXTS), together)


def test_like_is_near_like(model: MiniLM) -> None:
    fire, bees, blaze = model.embed([TEXTS[0], TEXTS[1], "The building burned."])
    assert fire @ blaze > 0.5 > fire @ bees


def test_word_pieces_are_counted_past_the_model_s_reach(model: MiniLM) -> None:
    assert model.count_tokens("word " * 400) == 400
    assert model.count_tokens("") == 0


def test_a_reading_holds_the_vector_and_where_each_piece_stands(model: MiniLM) -> None:
    text = "Größe matters: 38,500 infections."
    reading = model.read(text)
    assert np.array_equal(reading.vector, model.embed([text])[0])
    assert reading.tokens.shape == (len(reading.starts), TOKEN_DIMENSION) and reading.tokens.dtype == np.int8
    pieces = [text[start:end] for start, end in zip(reading.starts, reading.ends, strict=True)]
    assert "".join(pieces) == text.replace(" ", "")
    lengths = np.linalg.norm(reading.tokens.astype(np.float32) / 127, axis=1)
    assert lengths == pytest.approx(1.0, abs=0.05)


def test_a_text_past_the_reach_is_read_to_its_254th_piece(model: MiniLM) -> None:
    assert len(model.read("word " * 400).starts) == model.max_tokens


def test_a_text_without_pieces_is_read(model: MiniLM) -> None:
    assert model.read("").tokens.shape == (0, TOKEN_DIMENSION)


def test_words_with_a_meaning_weigh_most_in_a_question(model: MiniLM) -> None:
    text = "Who unblocked the quarantined city?"
    question = model.read_question(text)
    weights = dict(zip(question.reading.starts.tolist(), question.weights.tolist(), strict=True))
    assert weights[text.index("city")] == 1.0
    assert {weights[text.index(word)] for word in ("Who", "the", "?")} == {np.float32(LIGHT_PIECE)}
    assert "who" in STOP_WORDS


@given(st.integers(0, 40), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=30)
def test_a_reading_survives_packing(pieces: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    starts = chance.integers(0, 5000, pieces).astype(np.uint32)
    tokens = chance.integers(-127, 128, (pieces, TOKEN_DIMENSION)).astype(np.int8)
    reading = Reading(chance.standard_normal(384).astype(np.float32), starts, starts + np.uint32(3), tokens)
    again = Reading.unpacked(reading.packed())
    assert all(np.array_equal(one, other) for one, other in zip(again, reading, strict=True))


@pytest.mark.parametrize("rows", [0, 1, 5, 6, 128])
def test_a_product_in_pieces_is_theproduct(rows: int) -> None:
    chance = np.random.default_rng(rows)
    left, right = chance.standard_normal((rows, 384)).astype(np.float32), chance.standard_normal((384, 128)).astype(np.float32)
    assert product(left, right).shape == (rows, 128)
    assert np.allclose(product(left, right), left @ right, atol=1e-4)


def test_making_a_model_reads_nothing(tmp_path: Path) -> None:
    MiniLM(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["model.int8.onnx", "tokenizer.json", "projection.npy"])
@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_a_model_file_that_is_not_ours_is_refused(tmp_path: Path, name: str, damage: str) -> None:
    for file in MODEL_FOLDER.iterdir():
        (tmp_path / file.name).symlink_to(file)
    (tmp_path / name).unlink()
    if damage == "changed":
        shutil.copy(MODEL_FOLDER / "LICENSE", tmp_path / name)
    with pytest.raises(ModelError, match=name.replace(".", r"\.")) as raised:
        MiniLM(tmp_path).read("text")
    assert raised.value.hint
