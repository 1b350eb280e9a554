import pytest

from rag.language.question import Kind, analyse

KINDS: dict[Kind, str] = {
    "number": """How many bridges cross the Vltava in Prague?
        How many eggs does a sea turtle lay each season?
        How much rain fell on Bergen last autumn?
        What number of ships left Palos in 1492?
        Number of moons of Saturn
        how many goals lund striker
        How often does the glacier calve?
        How tall is the lighthouse at Skagen?
        How far is the island from the coast?
        How heavy was the bell?
        What was the population of Reykjavik in 1900?
        What is the length of the tunnel?
        Do you know how many orchards were lost?
        When the mill burned down, how many people lost their work?""",
    "money": """How much did the new opera house cost?
        How much money did the choir raise?
        What price did the violin fetch?
        How much was the captain fined?
        How expensive was the restoration?
        What did the telescope cost?
        How much does a ticket cost?""",
    "duration": """How long did the siege last?
        How many days did the pilgrims walk?
        For how long was the tunnel closed?
        After how many months did the orchard bear fruit?
        How much time does the crossing take?""",
    "age": """How old was the painter when she died?
        At what age do storks breed?""",
    "share": """What percentage of the harvest was lost?
        What share of the voters chose the mayor?
        Which proportion of olive trees survived?
        How large a share of the wool is exported?""",
    "date": """When was the cathedral of Uppsala finished?
        In which year was the canal opened?
        What year did the mill burn down?
        On what day does the market open?
        At what time does the ferry leave?
        In what month do the swallows return?
        In which century was the abbey built?
        How long ago did the mammoths die out?
        Since when has the library been closed?
        Tell me when the mill closed.
        volcano eruption when""",
    "place": """Where do eels spawn?
        In which city was the treaty signed?
        Which country exports the most saffron?
        What town was the potter born in?
        Which river runs through Basel?
        Where and when was the poet born?""",
    "person": """Who painted the ceiling?
        Who was the first woman to climb the mountain?
        Whose violin was stolen?
        By whom was the fresco restored?
        Which scientist discovered the comet?
        Which king founded the abbey?
        To whom did the duke leave his books?
        Can you tell me who built the organ?
        What was the name of the young driver of the sledge?
        who wrote the ballad""",
    "reason": """Why did the bees leave the hive?
        What caused the flood?
        How come the harvest failed?
        What made the choir famous?
        For what reason was the strike called off?
        What was the main cause of the fire in the mill?
        On what grounds was the verdict quashed?""",
    "quotation": """What did the mayor say about the flood?
        Which slogan did the strikers shout?
        What exact words did the inventor use?
        What did the captain shout to the crew?""",
    "yes_no": """Is the museum open on Mondays?
        Did the ferry sink?
        Are wolves protected in Norway?
        Has the orchard been sold?
        Isn’t the bridge older than the town?
        Is it true that forty oaks were felled?""",
    "other": """How do bees find their way home?
        What is a fjord?
        Which instrument did she play?
        Describe the festival
        What happened to the old lighthouse?
        How did the villagers rescue the whale?
        What do people who live near the volcano fear?
        What was the weather like when the ship sank?""",
}
QUESTIONS = [(question.strip(), kind) for kind, listed in KINDS.items() for question in listed.splitlines()]


@pytest.mark.parametrize(("question", "kind"), QUESTIONS, ids=[question for question, _ in QUESTIONS])
def test_tells_what_kind_of_thing_is_asked_for(question: str, kind: Kind) -> None:
    assert analyse(question).kind == kind


@pytest.mark.parametrize("question", [question for question, kind in QUESTIONS if kind != "other"])
def test_case_and_spacing_do_not_change_the_kind(question: str) -> None:
    assert analyse("  " + question.upper().replace(" ", "  ")).kind == analyse(question).kind == analyse(question.lower()).kind


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When the ferry sank, who was at the helm?", "person"),
        ("What was the name of the ship's captain?", "person"),
        ("In 1911, which of the keepers rowed out?", "person"),
        ("After the storm, where did they land?", "place"),
    ],
)
def test_what_is_asked_for_is_seen_behind_other_words(question: str, kind: Kind) -> None:
    assert analyse(question).kind == kind


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("How many of the lighthouse keepers retired?", ("lighthouse", "keepers")),
        ("Which river runs through Basel?", ("river", "runs")),
        ("How many more eggs hatched?", ("eggs", "hatched")),
        ("Number of moons of Saturn", ("moons",)),
        ("Who painted the ceiling?", ()),
        ("When did it snow?", ()),
    ],
)
def test_names_the_thing_that_is_counted_or_chosen(question: str, asked: tuple[str, ...]) -> None:
    assert analyse(question).asked == asked


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When can the tenant end the lease?", "other"),
        ("Who is Clara Holm?", "other"),
        ("Who’s Dr. Clara Holm-Dahl?", "other"),
        ("Who is the mayor of Lund?", "person"),
        ("who is clara holm", "person"),
        ("When must the kettle be descaled?", "other"),
        ("When should I water the orchids?", "other"),
        ("When could the ferry sail again?", "date"),
        ("When will the ferry sail?", "date"),
    ],
)
def test_a_condition_and_a_description_have_no_form(question: str, kind: Kind) -> None:
    assert analyse(question).kind == kind


def test_keeps_the_question_as_it_was_asked() -> None:
    assert analyse("  WHO’S  there? ").text == "  WHO’S  there? "
