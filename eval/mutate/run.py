"""Break correct answers in every way of the table: do the checks notice? Edit them harmlessly: do they keep still?"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from eval.grounded import problems
from eval.mutate import breaks, edits, misciting
from eval.mutate.world import World, claims, saying, world_of
from rag.schema import Answer, Document, Frozen

Change = Callable[[Answer, World], Iterator[Answer]]


def said(change: Callable[[str], Iterator[str]]) -> Change:
    """A change of the sentence as a change of the answer; its citation stays. Sentences that come out alike count once."""

    def on_answer(answer: Answer, world: World) -> Iterator[Answer]:
        before = answer.sentences[0].text
        for sentence in dict.fromkeys(change(before)):
            if sentence != before:
                yield saying(sentence, answer.citations)

    return on_answer


@dataclass(frozen=True)
class Operator:
    """One way to change a correct answer: what it is called, how, and the share of kills (or, for an edit, alarms) wanted."""

    name: str
    kind: Literal["break", "edit"]
    change: Change
    wanted: float | None


class Mutant(Frozen):
    """One changed answer and whether the checks found fault with it; a finding of "could not judge" is neither."""

    operator: str
    path: str
    before: str
    after: str
    outcome: Literal["noticed", "passed", "not_judged"]
    why: str


class Tally(Frozen):
    """What became of an operator's mutants; `wanted` is a floor for the noticed of a break and a ceiling for those of an edit."""

    operator: str
    kind: Literal["break", "edit"]
    mutants: int
    noticed: int
    not_judged: int
    wanted: float | None

    @property
    def share(self) -> float:
        """Share of the mutants noticed."""
        return self.noticed / self.mutants if self.mutants else 0.0

    @property
    def reached(self) -> bool | None:
        """Whether the share is what is wanted; None where nothing is."""
        if self.wanted is None:
            return None
        return self.share >= self.wanted if self.kind == "break" else self.share <= self.wanted


OPERATORS: tuple[Operator, ...] = (
    Operator("number changed", "break", said(breaks.number_changed), 0.98),
    Operator("digits swapped", "break", said(breaks.digits_swapped), 0.98),
    Operator("unit changed", "break", said(breaks.unit_changed), None),
    Operator("date shifted", "break", said(breaks.date_shifted), 0.98),
    Operator("name swapped", "break", said(breaks.name_swapped), 0.95),
    Operator("negation added", "break", said(breaks.negation_added), 0.90),
    Operator("negation removed", "break", said(breaks.negation_removed), 0.90),
    Operator("antonym", "break", said(breaks.antonym), None),
    Operator("roles swapped", "break", said(breaks.roles_swapped), None),
    Operator("exaggerated", "break", said(breaks.exaggerated), None),
    Operator("detail added", "break", said(breaks.detail_added), None),
    Operator("cites the next sentence", "break", misciting.cites_next_sentence, 0.85),
    Operator("cites another document", "break", misciting.cites_other_document, 1.0),
    Operator("names another document", "break", misciting.names_other_document, 1.0),
    Operator("hash edited", "break", misciting.hash_edited, 1.0),
    Operator("offsets shifted by one", "break", misciting.offsets_shifted, 1.0),
    Operator("citation dropped", "break", misciting.citation_dropped, 1.0),
    Operator("source invented", "break", misciting.source_invented, 1.0),
    Operator("citation's quote edited", "break", misciting.quote_edited, 1.0),
    Operator("quoted words edited", "break", misciting.quoted_words_edited, 1.0),
    Operator("two fragments joined", "break", misciting.fragments_joined, 1.0),
    Operator("numbers as words", "edit", said(edits.numbers_as_words), 0.05),
    Operator("numbers as digits", "edit", said(edits.numbers_as_digits), 0.05),
    Operator("percent written otherwise", "edit", said(edits.percent_written), 0.05),
    Operator("active and passive", "edit", said(edits.voice_changed), 0.05),
    Operator("synonym", "edit", said(edits.synonym), 0.05),
    Operator("clauses reordered", "edit", said(edits.clauses_reordered), 0.05),
    Operator("according to the article", "edit", said(edits.attributed), 0.05),
    Operator("contraction", "edit", said(edits.contracted), 0.05),
    Operator("connective dropped", "edit", said(edits.connective_dropped), 0.05),
    Operator("words quoted", "edit", said(edits.words_quoted), 0.05),
    Operator("typography", "edit", said(edits.typography_changed), 0.05),
)


def mutate(documents: Mapping[str, Document], operators: Iterable[Operator] = OPERATORS) -> tuple[Mutant, ...]:
    """Every mutant of every sentence of the corpus, in order of operator and place, each judged from the files."""
    world = world_of(documents)
    correct = tuple(claims(world))
    return tuple(
        _judged(operator, answer, mutant, documents)
        for operator in operators
        for answer in correct
        for mutant in operator.change(answer, world)
    )


def tally(mutants: Iterable[Mutant], operators: Iterable[Operator] = OPERATORS) -> tuple[Tally, ...]:
    """Counts by operator; operators without a mutant are left in, with 0."""
    groups: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        groups.setdefault(mutant.operator, []).append(mutant)
    return tuple(
        Tally(
            operator=operator.name,
            kind=operator.kind,
            mutants=len(group := groups.get(operator.name, [])),
            noticed=sum(mutant.outcome == "noticed" for mutant in group),
            not_judged=sum(mutant.outcome == "not_judged" for mutant in group),
            wanted=operator.wanted,
        )
        for operator in operators
    )


def _judged(operator: Operator, answer: Answer, mutant: Answer, documents: Mapping[str, Document]) -> Mutant:
    found = problems(mutant, documents)
    sure = [problem for problem in found if problem.kind != "not_judged"]
    return Mutant(
        operator=operator.name,
        path=answer.citations[0].path,
        before=answer.sentences[0].text,
        after=mutant.sentences[0].text,
        outcome="noticed" if sure else "not_judged" if found else "passed",
        why="; ".join(problem.detail for problem in (sure or found)),
    )
