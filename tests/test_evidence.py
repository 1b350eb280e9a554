import random

import pytest

from rag.evidence import best_cosines, weigh
from tests.support.evidence import MODEL, case, page, reading

GLACIER = (
    "The glacier above Skaftafell calves twice a year.\n\nSign up to receive our latest news!\n\n"
    "Its meltwater turns the river grey in summer. Guides lead forty walkers a day across the ice, and in 2010 ash from a volcano "
    "covered it. Reindeer cross the moraine in autumn.\n"
)
VIOLINS = (
    "Antonio Stradivari made about 1,100 instruments in Cremona. Around 650 of them survive. Their varnish was long thought to be "
    "the secret of the sound. In 2009 chemists found only oil and pine resin in it.\n\nSubscribe to our newsletter!\n"
)
SENTENCES = [
    "The glacier above Skaftafell calves twice a year.",
    "Its meltwater turns the river grey in summer.",
    "Reindeer cross the moraine in autumn.",
    "Antonio Stradivari made about 1,100 instruments in Cremona.",
    "In 2009 chemists found only oil and pine resin in it.",
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_question_that_is_a_sentence_of_the_text_finds_it_first(sentence: str) -> None:
    first, *others = case(sentence, GLACIER, VIOLINS).ranked
    assert first.sentence.text == sentence
    assert first.sentence_similarity == pytest.approx(1, abs=0.01)
    assert first.alignment > 0.8  # its words are read in another context there
    assert first.alignment > max(one.alignment for one in others) + 0.2
    assert first.weakest > max(one.weakest for one in others) + 0.2


def test_a_text_of_one_sentence_aligns_with_itself_fully() -> None:
    (only,) = case(SENTENCES[0], SENTENCES[0]).ranked
    assert only.alignment == pytest.approx(1, abs=0.01)
    assert only.weakest == pytest.approx(1, abs=0.01)
    assert only.passage_similarity == only.sentence_similarity == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("question", ["Sign up to receive our latest news!", "Subscribe to our newsletter!", "How do I subscribe?"])
def test_boilerplate_is_never_evidence(question: str) -> None:
    ranked = case(question, GLACIER, VIOLINS).ranked
    assert ranked
    assert not any("news" in one.sentence.text for one in ranked)
    assert not any(one.sentence.boilerplate for one in ranked)


def test_every_other_sentence_is_weighed_once() -> None:
    asked = case("Which animals cross?", GLACIER, VIOLINS)
    kept = {(row.passage_id, row.start) for row in asked.page.sentences if not row.boilerplate}
    assert sorted(kept) == sorted((one.sentence.passage_id, one.sentence.start) for one in asked.ranked)


def test_the_order_of_passages_and_sentences_does_not_show() -> None:
    read, made = reading("What did chemists find in the varnish?"), page(GLACIER, VIOLINS)
    ranked = weigh(read, made.found, made.readings, made.sentences)
    chance = random.Random(7)
    for _ in range(5):
        found, sentences = list(made.found), list(made.sentences)
        chance.shuffle(found)
        chance.shuffle(sentences)
        again = weigh(read, found, dict(reversed(made.readings.items())), sentences)
        assert [one[2:] for one in again] == [one[2:] for one in ranked]
        assert [one.sentence.text for one in again] == [one.sentence.text for one in ranked]


def test_equal_sentences_stand_in_order_of_path_and_place() -> None:
    ranked = case("Who milks the goats?", "Anna milks the goats.", "Anna milks the goats.").ranked
    assert [one.found.passage.path for one in ranked] == ["0.txt", "1.txt"]
    assert ranked[0].score == ranked[1].score


@pytest.mark.parametrize("question", ["What did chemists find?", "glacier", "?!", "Wie alt ist der Gletscher?", "🎻"])
def test_scores_fall_and_cosines_stay_in_their_range(question: str) -> None:
    ranked = case(question, GLACIER, VIOLINS).ranked
    assert [one.score for one in ranked] == sorted((one.score for one in ranked), reverse=True)
    for one in ranked:
        values = (one.sentence_similarity, one.passage_similarity, one.alignment, one.weakest)
        assert all(-1.01 <= value <= 1.01 for value in values)


def test_a_passage_without_a_reading_is_left_out() -> None:
    read, made = reading("What did chemists find?"), page(GLACIER, VIOLINS)
    id = made.found[-1].passage.id
    kept = weigh(read, made.found, {key: value for key, value in made.readings.items() if key != id}, made.sentences)
    assert kept
    assert id not in {one.sentence.passage_id for one in kept}
    assert weigh(read, [], made.readings, made.sentences) == []


def test_each_word_has_its_best_cosine_inside_the_sentence() -> None:
    asked = case("What did chemists find in the varnish?", VIOLINS)
    pieces = MODEL.read("chemists").tokens
    by_text = {
        one.sentence.text: float(best_cosines(pieces, asked.page.readings[one.sentence.passage_id], one).max()) for one in asked.ranked
    }
    assert max(by_text, key=lambda text: by_text[text]) == SENTENCES[-1]
    empty = asked.ranked[0]._replace(sentence=asked.ranked[0].sentence._replace(end=asked.ranked[0].sentence.start))
    assert best_cosines(pieces, asked.page.readings[empty.sentence.passage_id], empty).tolist() == [0.0] * len(pieces)


MANUAL = (
    "# Kettle\n\n## Descaling\n\nUse vinegar every third month, and rinse twice.\n\n"
    "## Lid\n\nIt comes off with a quarter turn to the left.\n"
)


def test_a_heading_is_no_evidence_but_its_words_count_for_what_stands_below_it() -> None:
    ranked = case("How is the lid removed?", MANUAL).ranked
    assert [one.sentence.text[0] for one in ranked if one.sentence.text.startswith("#")] == []
    assert ranked[0].sentence.text.startswith("It comes off")
    bare = case("How is the lid removed?", MANUAL.replace("## Lid\n", "## More\n")).ranked
    assert ranked[0].alignment > next(one.alignment for one in bare if one.sentence.text == ranked[0].sentence.text)


def test_a_document_of_headings_alone_is_still_found() -> None:
    assert case("What is said of the kettle?", "# Kettle\n").ranked[0].sentence.text == "# Kettle"


def test_a_line_that_looks_like_a_heading_gives_way_to_the_sentence_below() -> None:
    first = case(
        "Where are the bees of the orchard kept?", "Bees of the Orchard\n\nThe bees of the orchard are kept beside the river."
    ).ranked[0]
    assert first.sentence.text.startswith("The bees")


def test_a_word_that_most_passages_have_counts_little_between_them() -> None:
    texts = [f"The Vellamo 9 kettle has part number {n} in its box, as every Vellamo 9 does." for n in range(30)]
    question = "What does the Vellamo 9 do in frost?"
    one = next(one for one in case(question, *texts, "Frost cracks the glass.").ranked if one.sentence.text == "Frost cracks the glass.")
    alone = next(
        one for one in case(question, texts[0], "Frost cracks the glass.").ranked if one.sentence.text == "Frost cracks the glass."
    )
    assert one.alignment > alone.alignment
