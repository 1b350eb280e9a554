"""Every number that decides how answers turn out, and the command that measured it.

`python -m bench.fit --data ../shared/eval-data` fits RANKING and CONFIDENCE on SQuAD 2.0, XQuAD and CLAP NQ, split by title, and prints
this table; docs/quality.md reports what they reach on questions that nothing was fitted to.
"""

from types import MappingProxyType

# Conditional logit over the sentences retrieved for a question.
RANKING = MappingProxyType({"sentence_similarity": 5.19, "passage_similarity": 4.03, "alignment": 11.19})

# A word piece of the question that is in all of POOL passages (a cosine of `same` or more) loses this share of its weight; what looks
# like a heading loses this much of its score.
LOCAL = MappingProxyType({"same": 0.8, "discount": 0.8})
HEADING = 1.0

# A word that nobody knows becomes the corpus's word of the same first letter that is at least this similar (Damerau-Levenshtein, 0 to 1).
SPELLING = MappingProxyType({"shortest": 4, "similarity": 0.7})

# Logistic regression: does the first sentence answer the question?
CONFIDENCE = MappingProxyType(
    {
        "intercept": -3.15,
        "sentence_similarity": 0.66,
        "alignment": 3.53,
        "weakest": -0.12,
        "lead": 0.31,
        "offered": 0.09,
    }
)

# A question that a check refuses has a right first quote at most one time in six (14 of 81 development questions), hence `refused`.
# Below `least_confidence` nothing is answered. Margins are in units of the ranking score: how far below the best a sentence may stand
# and still be taken for it because it offers the kind of thing asked for, its document mentions the names of the question, or it has
# the question's identifiers; one that more than `identified` sentences have tells nothing apart.
DECISION = MappingProxyType(
    {
        "least_confidence": 0.28,
        "refused": 0.15,
        "lead_alone": 1.5,
        "name_margin": 1.0,
        "offer_margin": 0.4,
        "identifier_margin": 2.5,
        "identified": 3,
    }
)

# How well a sentence has to cover the rest of a question (cosines of word pieces) before it may call one of its claims wrong.
# A name that stands elsewhere in the corpus may be right about something that the sentence does not tell: there the rest fits closely.
PREMISE = MappingProxyType(
    {
        "rest_mean": 0.6,
        "rest_weakest": 0.35,
        "known_mean": 0.7,
        "known_weakest": 0.4,
        "name_alignment": 0.1,
        "told_margin": 0.05,
    }
)

# Passages whose sentences are weighed for one question.
POOL = 24

# Sentences are quoted until they hold `enough` of the probability that the ranking spreads over them; none with less than `least`.
QUOTING = MappingProxyType({"enough": 0.78, "least": 0.06, "most": 4})

# A word of the question is covered when a word piece of the nearest passages is at least this close (cosine).
UNCOVERED = 0.5
