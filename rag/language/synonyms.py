"""How two words are related in meaning, from a compact table of WordNet 3.0 (licence: WORDNET-LICENSE beside this file).

scripts/build_synonyms.py writes the table. A line of its sections: lemma, times tagged, synsets by part of speech, derived words;
then one line a synset: hypernyms, similar heads, antonyms; then irregular form and base; name and kind; adjective and place.
Nothing is read before the first question, and then once.
"""

import gzip
from bisect import bisect_left
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from rag.language.words import STOP_WORDS, stem

Relation = Literal["same", "synonym", "antonym", "hypernym"]

_TABLE = Path(__file__).with_name("wordnet.txt.gz")
# Regular endings and what they stand for, by part of speech (those of WordNet's own morphology).
_ENDINGS = {
    "n": (("s", ""), ("ses", "s"), ("xes", "x"), ("zes", "z"), ("ches", "ch"), ("shes", "sh"), ("men", "man"), ("ies", "y")),
    "v": (("s", ""), ("ies", "y"), ("es", "e"), ("es", ""), ("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", ""), ("ied", "y")),
    "a": (("er", ""), ("est", ""), ("er", "e"), ("est", "e"), ("ier", "y"), ("iest", "y")),
    "r": (),
}
# Everyday pairs that WordNet does not join, or joins only through a rare sense; each line is one set of synonyms.
_MORE_SYNONYMS = """
say tell state add note explain write declare announce remark report mention comment describe argue claim insist maintain
decline refuse reject deny
protest demonstration rally unrest
protester demonstrator marcher
protest demonstrate rally march
government authority administration regime official
officer police policeman cop
movie film
kid child youngster
large big huge massive enormous major
buy purchase acquire
begin start commence launch resume
finish end conclude
stop halt cease end
let allow permit
ban forbid prohibit bar outlaw
kill murder
injure wound hurt
help assist aid
get receive obtain gain
show reveal demonstrate display indicate
need require demand
arrest detain apprehend
free release
increase rise grow climb
decrease fall drop decline shrink reduce
fast quick rapid swift
car vehicle automobile
home house residence
city town metropolis
country nation state
company firm business
job work employment
leave depart exit
arrive come reach
build construct erect
fire blaze
old elderly aged
elderly senior
ill sick
doctor physician
scholar researcher academic scientist
big large
important significant key
hard difficult tough
easy simple
answer reply respond response
ask question inquire
accuse blame
think believe
clip video footage
film record
internet web online
epidemic pandemic outbreak
virus coronavirus covid
covid coronavirus
lockdown closure
lift remove end
rule regulation restriction
rule govern
limit restrict curb
quarantine isolation
isolate seal
shot vaccination vaccine jab dose
choose pick select opt elect
huge enormous vast
empty blank
forbid disallow
teen teenager
student pupil
teacher instructor
woman female lady
man male guy
girl woman
boy man
flee escape
ready prepared
victory win triumph
defeat loss
defeat beat
lead head
boss chief head leader
worker employee staff
customer client buyer
price cost fee
salary wage pay
money cash fund
flat apartment
railway train rail
plane aircraft airplane jet
ship vessel boat
road street highway
rain rainfall
storm hurricane
quake earthquake
flood flooding
fix repair mend
damage harm
destroy wreck demolish ruin
watch see view
happen occur
discuss talk debate
talk speak
vote ballot
law legislation act
court tribunal
judge justice
lawyer attorney
jail prison
die perish
dead death die
dead die deceased
sell sale
grow growth
lose loss
fail failure
"""
_MORE_ANTONYMS = """
increase:decrease,fall,drop,decline,shrink,reduce,lower
rise:fall,drop,decline,decrease,sink,plunge
rise:fall grow:shrink,decline up:down high:low higher:lower more:less,fewer most:least,few many:few
gain:lose,loss win:lose,defeat victory:defeat,loss success:failure succeed:fail
allow:forbid,ban,prohibit,bar,block,prevent permit:forbid,ban,prohibit let:forbid,prevent,stop
accept:reject,refuse,decline,deny approve:reject,oppose agree:disagree,refuse admit:deny confirm:deny
support:oppose,reject,resist favor:oppose back:oppose praise:criticize,condemn,denounce welcome:condemn,criticize
open:close,shut,closed start:stop,end,finish,halt begin:end,stop,finish launch:cancel,end resume:suspend,halt,stop
lift:impose tighten:ease,relax,loosen impose:lift,remove expand:reduce,shrink,cut add:remove,subtract build:demolish,destroy
hire:fire,dismiss buy:sell lend:borrow give:take arrive:leave,depart enter:leave,exit import:export
arrest:release,free detain:release,free jail:free lock:unlock,unblock block:unblock,allow
before:after early:late earlier:later above:below over:under inside:outside within:outside
first:last north:south east:west northern:southern eastern:western northeast:southwest northwest:southeast left:right
old:young,new older:younger,newer new:old big:small large:small larger:smaller long:short longer:shorter wide:narrow
strong:weak stronger:weaker good:bad better:worse best:worst rich:poor safe:dangerous,unsafe easy:difficult,hard
fast:slow quick:slow quickly:slowly rapid:slow hot:cold warm:cool,cold wet:dry clean:dirty heavy:light cheap:expensive
legal:illegal possible:impossible likely:unlikely certain:uncertain able:unable known:unknown common:rare,uncommon
public:private,secret local:foreign,national domestic:foreign male:female man:woman boy:girl husband:wife father:mother son:daughter
brother:sister king:queen alive:dead live:die survive:die,perish birth:death life:death day:night morning:evening
peaceful:violent calm:violent war:peace enemy:ally,friend friend:enemy love:hate like:dislike trust:distrust
true:false right:wrong correct:incorrect,wrong positive:negative optimistic:pessimistic happy:sad,unhappy
remember:forget find:lose create:destroy save:destroy,spend,waste improve:worsen,deteriorate strengthen:weaken
faster:slower cheaper:dearer always:never often:rarely,seldom frequently:rarely,seldom everyone:nobody everything:nothing
attack:defend advance:retreat,withdraw push:pull raise:lower,cut include:exclude present:absent attend:miss,skip
temporary:permanent partial:full,complete,total minor:major minority:majority direct:indirect specific:general
proven:unproven effective:ineffective efficient:inefficient sufficient:insufficient adequate:inadequate
relevant:irrelevant stable:unstable equal:unequal similar:different same:different simple:complex
benefit:harm advantage:disadvantage profit:loss surplus:deficit income:expense supply:demand
ease:tighten,worsen relax:tighten loosen:tighten worsen:improve,ease relieve:worsen speed:slow,delay hasten:slow,delay
accelerate:slow delay:hasten slow:speed,hasten peace:violence unite:divide join:leave,quit connect:disconnect
encourage:discourage,deter urge:discourage enable:prevent,disable deny:confirm,admit hope:despair
calm:anger widespread:isolated,rare unprecedented:common,usual unusual:usual,common,typical rare:common,frequent
defy:obey obey:defy,disobey disperse:gather,assemble gather:disperse
"""


class _Lemma(NamedTuple):
    """What the table knows about one lemma."""

    count: int
    senses: dict[str, tuple[int, ...]]
    derived: frozenset[str]


class _Tables:
    """The table in memory: lines stay bytes and are read when asked for."""

    def __init__(self) -> None:
        sections = [part.split(b"\n") for part in gzip.decompress(_TABLE.read_bytes()).rstrip(b"\n").split(b"\n\n")]
        self.lemmas, self.synsets, self.irregular, self.names, self.peoples = sections
        self.more = _sets(_MORE_SYNONYMS)
        self.opposites = _pairs(_MORE_ANTONYMS)


def related(a: str, b: str) -> Relation | None:
    """How lower-case word `a` is related to `b`: the same word, a synonym, an antonym, or `b` is the more general word (hypernym)."""
    return _related(a, b) if a != b else "same"


def opposite(a: str, b: str) -> bool:
    """Whether two words are antonyms: listed as such in WordNet or here, or one is the other with a denying prefix."""
    return related(a, b) == "antonym"


@lru_cache(maxsize=65_536)
def siblings(a: str, b: str) -> bool:
    """Whether two words name different things of one kind ("doctor", "nurse"): a direct hypernym in common, in main senses."""
    for letter in ("n", "v"):
        left = _parents(_senses(a, letter)[:2])
        if left and left & _parents(_senses(b, letter)[:2]):
            return related(a, b) is None
    return False


@lru_cache(maxsize=65_536)
def base_forms(word: str) -> tuple[str, ...]:
    """The lemmas that a lower-case word can be a form of ("fell": fall, fell), sorted; empty when WordNet knows none."""
    return tuple(sorted({lemma for lemma, _ in _bases(word)}))


@lru_cache(maxsize=65_536)
def frequency(word: str) -> int:
    """How often the word's lemmas were tagged in WordNet's corpora (SemCor and others); 0 for unknown words."""
    return max((_lemma(base).count for base in base_forms(word)), default=0)


def is_common_word(word: str) -> bool:
    """Whether a lower-case word is an English word and not only a name."""
    return word in STOP_WORDS or bool(base_forms(word))


@lru_cache(maxsize=65_536)
def parts_of_speech(word: str) -> str:
    """Letters of the parts of speech a word can be, most senses first: n, v, a, r; empty when unknown."""
    found: dict[str, int] = {}
    for lemma, letter in _bases(word):
        found[letter] = max(found.get(letter, 0), len(_lemma(lemma).senses[letter]))
    return "".join(sorted(found, key=lambda letter: (-found[letter], letter)))


def name_kinds(name: str) -> tuple[str, ...]:
    """The kinds (organisation, person, place) of a well-known name in lower case, as WordNet has it ("berlin": person, place)."""
    return tuple((_find(_tables().names, name) or "").split())


def people_of(adjective: str) -> str | None:
    """The place that a lower-case adjective is derived from ("chinese": china)."""
    return _find(_tables().peoples, adjective)


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    return _Tables()


def _sets(text: str) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for index, line in enumerate(text.strip().splitlines()):
        for word in line.split():
            found.setdefault(word, set()).add(index)
    return {word: frozenset(indices) for word, indices in found.items()}


def _pairs(text: str) -> frozenset[tuple[str, str]]:
    found = set()
    for entry in text.split():
        word, _, others = entry.partition(":")
        for other in others.split(","):
            found |= {(word, other), (other, word)}
    return frozenset(found)


def _find(lines: list[bytes], key: str) -> str | None:
    """What follows `key` and a tab in sorted lines."""
    wanted = key.encode() + b"\t"
    index = bisect_left(lines, wanted)
    if index < len(lines) and lines[index].startswith(wanted):
        return lines[index][len(wanted) :].decode()
    return None


@lru_cache(maxsize=16_384)
def _lemma(lemma: str) -> _Lemma:
    line = _find(_tables().lemmas, lemma)
    if line is None:
        return _Lemma(0, {}, frozenset())
    count, senses, derived = line.split("\t")
    by_pos = {part[0]: tuple(int(number, 36) for number in part[1:].split()) for part in senses.split(";")}
    return _Lemma(int(count, 36), by_pos, frozenset(derived.split()))


@lru_cache(maxsize=16_384)
def _synset(number: int) -> tuple[frozenset[int], frozenset[int], frozenset[int]]:
    """Hypernyms, similar heads and antonyms of a synset."""
    columns = _tables().synsets[number].decode().split("\t")
    hypernyms, heads, antonyms = (frozenset(int(item, 36) for item in column.split()) for column in columns)
    return hypernyms, heads, antonyms


@lru_cache(maxsize=65_536)
def _bases(word: str) -> frozenset[tuple[str, str]]:
    """(lemma, part of speech) pairs that a word can be a form of."""
    found = {(word, letter) for letter in _lemma(word).senses}
    table = _tables().irregular
    index = bisect_left(table, word.encode() + b"\t")
    while index < len(table) and table[index].startswith(word.encode() + b"\t"):
        base = table[index].decode().partition("\t")[2]
        found |= {(base, letter) for letter in _lemma(base).senses}
        index += 1
    for letter, endings in _ENDINGS.items():
        for ending, replacement in endings:
            if word.endswith(ending) and len(word) > len(ending) + 1:
                base = word[: len(word) - len(ending)] + replacement
                for candidate in (base, base[:-1] if len(base) > 3 and base[-1] == base[-2] else base):
                    if letter in _lemma(candidate).senses:
                        found.add((candidate, letter))
    return frozenset(found)


def _senses(word: str, letter: str) -> tuple[int, ...]:
    return tuple(sense for lemma, pos in sorted(_bases(word)) if pos == letter for sense in _lemma(lemma).senses[letter])


@lru_cache(maxsize=131_072)
def _related(a: str, b: str) -> Relation | None:
    bases_a, bases_b = set(base_forms(a)) or {a}, set(base_forms(b)) or {b}
    if _denied(a, b) or any((x, y) in _tables().opposites for x in bases_a | {a} for y in bases_b | {b}):
        return "antonym"
    if bases_a & bases_b or stem(a) == stem(b):
        return "same"
    more = _tables().more
    if any(more.get(x, frozenset()) & more.get(y, frozenset()) for x in bases_a for y in bases_b):
        return "synonym"
    result: Relation | None = None
    for letter in ("v", "n", "a", "r"):
        left, right = _senses(a, letter), _senses(b, letter)
        if not left or not right:
            continue
        if _antonyms(left[:4], right[:4]):
            return "antonym"
        if set(left) & set(right) or (letter == "a" and _close(left[:4], right[:4])):
            result = "synonym"
        elif result is None and _above(left[:3], set(right[:3])):
            result = "hypernym"
    if result != "synonym" and _derived(bases_a, bases_b):
        return "synonym"
    return result


def _denied(a: str, b: str) -> bool:
    shorter, longer = sorted((a, b), key=len)
    return len(shorter) > 3 and any(
        longer == prefix + shorter for prefix in ("un", "in", "im", "non", "non-", "dis", "ir", "il", "de", "mis")
    )


def _antonyms(left: tuple[int, ...], right: tuple[int, ...]) -> bool:
    """Whether two senses are antonyms, one of them perhaps through the adjective at the head of its cluster."""
    return any(y in _opposites(x) or x in _opposites(y) for x in left for y in right)


def _opposites(number: int) -> frozenset[int]:
    _, heads, antonyms = _synset(number)
    return antonyms.union(*(_synset(head)[2] for head in heads))


def _close(left: tuple[int, ...], right: tuple[int, ...]) -> bool:
    """Whether two adjectives stand in one cluster: one is the other's head."""
    return any(y in _synset(x)[1] or x in _synset(y)[1] for x in left for y in right)


def _parents(numbers: tuple[int, ...]) -> frozenset[int]:
    return frozenset().union(*(_synset(number)[0] for number in numbers))


def _above(numbers: tuple[int, ...], wanted: set[int]) -> bool:
    """Whether a wanted synset stands at most two steps above."""
    parents = _parents(numbers)
    return bool(wanted & parents or wanted & _parents(tuple(parents)))


def _derived(bases_a: set[str], bases_b: set[str]) -> bool:
    return any(x in _lemma(y).derived or y in _lemma(x).derived for x in bases_a for y in bases_b)
