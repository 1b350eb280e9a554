"""The settings in force and the doctor's findings, as pure functions. Nothing that could be a key is ever shown."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from rag.doctor import Diagnosis, Finding, InForce
from ui.markup import Markup, element, join
from ui.render import count
from ui.render.signs import SIGNS

_SECRET = frozenset({"key", "keys", "token", "secret", "password", "auth", "credentials"})
_LOGIN = re.compile(r"(?<=://)[^/@\s]+@")
_ORIGINS = {"default": "default", "environment": "environment", "command line": "command line"}
_STATES = {"ok": SIGNS["supported"], "note": SIGNS["not_judged"], "problem": SIGNS["unsupported"]}
_WORDS = {"ok": "ok", "note": "worth knowing", "problem": "problem"}


def page(settings: Sequence[InForce], diagnosis: Diagnosis, variables: Mapping[str, bool]) -> Markup:
    """The whole page; `variables` are environment variables that may hold keys, and whether each is set."""
    lead = element("p", {"class": "lead"}, "What is in force now, and where it came from. Change a setting where Groundline is started.")
    head = element("header", {"class": "head"}, element("h2", {}, "Settings"), lead)
    return join([head, _settings(settings), _keys(variables), _doctor(diagnosis)])


def is_secret(name: str) -> bool:
    """Whether a name says that its value is nobody's to see: one of its words is key, token, secret or the like."""
    return bool(_SECRET & set(re.split(r"[^a-z]+", name.lower())))


def shown(name: str, value: object) -> str:
    """A value as people may see it: of a secret only whether it is set, of an address no name and password."""
    if is_secret(name):
        return "set" if value not in ("", None) else "not set"
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value:,}"
    return without_login(str(value)) or "none"


def without_login(words: str) -> str:
    """Text in which no address carries a name and password."""
    return _LOGIN.sub("…@", words)


def _settings(settings: Sequence[InForce]) -> Markup:
    rows = [_setting(one) for one in settings]
    names = ("Setting", "In force", "From")
    head = element("thead", {}, element("tr", {}, *[element("th", {"scope": "col"}, name) for name in names]))
    table = element("table", {"class": "stacked"}, head, element("tbody", {}, *rows))
    return element("section", {}, element("h3", {}, "In force"), table)


def _setting(one: InForce) -> Markup:
    name = element("th", {"scope": "row"}, element("code", {}, one.name), element("span", {"class": "detail"}, one.description))
    value = element("td", {"class": "value", "data-label": "In force"}, element("bdi", {"class": "file"}, shown(one.name, one.value)))
    if one.origin == "default":
        origin: list[str] = ["default"]
    else:
        source = element("code", {}, one.variable) if one.origin == "environment" else _ORIGINS[one.origin]
        was = element("span", {"class": "detail"}, f"default: {shown(one.name, one.default)}")
        origin = [element("strong", {}, source), was]
    return element(
        "tr", {"class": None if one.origin == "default" else "changed"}, name, value, element("td", {"data-label": "From"}, *origin)
    )


def _keys(variables: Mapping[str, bool]) -> Markup:
    rows = [
        element("div", {}, element("dt", {}, element("code", {}, name)), element("dd", {}, "set" if given else "not set"))
        for name, given in variables.items()
    ]
    said = element(
        "p", {"class": "detail"}, "Taken from the environment when a model asks for them. Their values are never shown, stored or logged."
    )
    return element("section", {}, element("h3", {}, "Keys"), said, element("dl", {"class": "pairs"}, *rows))


def _doctor(diagnosis: Diagnosis) -> Markup:
    problems = sum(finding.state == "problem" for finding in diagnosis.findings)
    said = "Everything works." if diagnosis.healthy else f"{count(problems, 'problem')} to see to."
    rows = [_finding(finding) for finding in diagnosis.findings]
    table = element("table", {"class": "stacked findings"}, element("tbody", {}, *rows))
    again = element("button", {"type": "button", "class": "button", "data-act": "settings-again"}, "Look again")
    return element(
        "section", {}, element("div", {"class": "bar"}, element("h3", {}, "This installation"), again), element("p", {}, said), table
    )


def _finding(finding: Finding) -> Markup:
    sign = element(
        "span",
        {"class": f"sign {finding.state}"},
        _STATES[finding.state].shape,
        element("span", {"class": "unseen"}, _WORDS[finding.state]),
    )
    found = "set" if is_secret(finding.part) else without_login(finding.found)
    hint = element("span", {"class": "detail"}, finding.hint) if finding.hint else ""
    return element(
        "tr",
        {"class": finding.state},
        element("th", {"scope": "row"}, sign, element("span", {}, finding.part)),
        element("td", {}, element("bdi", {"class": "file"}, found), hint),
    )
