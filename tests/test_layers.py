"""Imports point down only, each heavy dependency has one room, and importing costs nothing."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# From the ground up; a module imports from its own floor and from those below. A name covers what lies under it.
FLOORS = (
    ("rag.schema", "rag.events", "rag.config", "rag.tokens", "rag.errors", "rag.weights", "rag.threads", "rag.kept"),
    ("rag.language",),
    (
        "rag.readers",
        "rag.split",
        "rag.boilerplate",
        "rag.orders",
        "rag.embed",
        "rag.citations",
        "rag.grounding",
        "rag.prompts",
        "rag.providers",
    ),
    (
        "rag.store",
        "rag.catalog",
        "rag.catalog_schema",
        "rag.catalog_writer",
        "rag.sqlite_errors",
        "rag.library",
        "rag.lock",
        "rag.verification",
        "rag.conversations",
        "rag.conversation_schema",
        "rag.export",
    ),
    ("rag.build", "rag.ingest", "rag.index", "rag.sources", "rag.changes", "rag.retrieve"),
    (
        "rag.asking",
        "rag.evidence",
        "rag.mentions",
        "rag.offers",
        "rag.reranking",
        "rag.followup",
        "rag.referents",
        "rag.focus",
        "rag.elliptical",
        "rag.overview_question",
        "rag.overview_items",
    ),
    ("rag.decision", "rag.premise", "rag.quotes", "rag.uncovered"),
    ("rag.examples", "rag.suggestions", "rag.answer", "rag.writing", "rag.rewriting", "rag.chat", "rag.overview"),
    ("rag.engine", "rag.llamaindex"),
    ("rag",),
    ("rag.doctor",),
    ("ui", "eval"),
    ("rag.cli", "rag.__main__"),
)

# Who may know a dependency; a name covers what lies under it.
ROOMS = {
    "chromadb": ("rag.store",),
    "tiktoken": ("rag.tokens",),
    "sqlite3": (
        "rag.catalog",
        "rag.catalog_schema",
        "rag.catalog_writer",
        "rag.sqlite_errors",
        "rag.doctor",
        "rag.conversations",
        "rag.conversation_schema",
    ),
    "gradio": ("ui",),
    "fastapi": ("ui",),
    "mcp": ("ui.doors",),
    "mcp_types": ("ui.doors",),
    "prometheus_client": ("ui.doors",),
    "uvicorn": ("ui",),
    "onnxruntime": ("rag.embed",),
    "tokenizers": ("rag.embed",),
    "snowballstemmer": ("rag.language",),
    "pathspec": ("rag.readers",),
    "lxml": ("rag.readers",),
    "pypdfium2": ("rag.readers",),
    "docx": ("rag.readers",),
    "llama_index": (
        "rag.llamaindex",
        "rag.engine",
        "rag.providers",
        "rag.reranking",
        "rag.writing",
        "rag.rewriting",
        "rag.chat",
        "eval.options",
        "eval.commands",
    ),
    "typer": ("rag.__main__", "rag.cli", "eval.cli"),
    "rich": ("rag.cli", "eval.cli", "eval.terminal"),
    "torch": (),
}

HEAVY = ("chromadb", "llama_index", "gradio", "onnxruntime", "tokenizers", "tiktoken", "numpy", "pydantic", "rich")


def modules() -> dict[str, Path]:
    """Every module of the three packages by its dotted name."""
    found = {}
    for package in ("rag", "ui", "eval"):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def covers(name: str, module: str) -> bool:
    return module == name or module.startswith(name + ".")


def floor_of(module: str) -> int | None:
    """The floor whose longest name covers the module; `rag` itself stands for the package's front only."""
    covering = [
        (len(name), floor)
        for floor, names in enumerate(FLOORS)
        for name in names
        if covers(name, module) and (name != "rag" or module == "rag")
    ]
    return max(covering)[1] if covering else None


def imports(name: str, path: Path, typing_too: bool = False) -> Iterator[str]:
    """What a module imports, wherever in it; what it imports for type checking alone is left out."""
    tree = ast.parse(path.read_text("utf-8"))
    skipped = set() if typing_too else {id(inner) for node in ast.walk(tree) if is_typing_block(node) for inner in ast.walk(node)}
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([base] if base else [])])
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield inner if inner in MODULES else base


def is_typing_block(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


@pytest.mark.parametrize("module", MODULES)
def test_every_module_stands_on_a_floor(module: str) -> None:
    assert floor_of(module) is not None, f"{module} has no floor: name it in FLOORS"


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down(module: str) -> None:
    own = floor_of(module)
    upward = [name for name in imports(module, MODULES[module]) if name in MODULES and (floor_of(name) or 0) > (own or 0)]
    assert not upward, f"{module} imports {upward} from floors above its own"


def test_no_module_reaches_itself_through_its_imports() -> None:
    below = {module: {name for name in imports(module, path) if name in MODULES and name != module} for module, path in MODULES.items()}
    while leaves := [module for module, needs in below.items() if not needs & below.keys()]:
        for leaf in leaves:
            del below[leaf]
    # The public front loads its names when they are used, by name, so that it is no part of any circle.
    assert not below, f"circles among {sorted(below)}"


@pytest.mark.parametrize("dependency", ROOMS)
def test_a_dependency_is_known_in_its_own_room_only(dependency: str) -> None:
    knowing = {
        module for module, path in MODULES.items() if any(covers(dependency, name) for name in imports(module, path, typing_too=True))
    }
    strangers = {module for module in knowing if not any(covers(room, module) for room in ROOMS[dependency])}
    assert not strangers, f"{dependency} is imported by {sorted(strangers)}"


def test_the_reader_of_imports_sees_every_form(tmp_path: Path) -> None:
    source = tmp_path / "sample.py"
    source.write_text(
        "import a.b\nfrom c import d\nfrom . import near\nfrom .near import e\ndef f():\n    import g\nif TYPE_CHECKING:\n    import h\n"
    )
    assert list(imports("rag.sample", source)) == ["a.b", "c", "rag", "rag.near", "g"]
    assert "h" in list(imports("rag.sample", source, typing_too=True))


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = f"import rag, sys, json; print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    assert json.loads(run_python(code)) == []


def test_the_help_page_loads_nothing_heavy() -> None:
    code = (
        "import sys, json, rag.__main__ as m\n"
        "try:\n    m.app(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    )
    assert json.loads(run_python(code).splitlines()[-1]) == []


# Watches what the interpreter does from here on: files written or read besides code, folders made, sockets, processes.
WATCH = """
import sys, os, json, importlib
root, seen = os.getcwd() + os.sep, []
def watch(event, args):
    if event == "open" and isinstance(args[0], str):
        writes = isinstance(args[1], str) and set(args[1]) & set("wax+") or (args[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        data = args[0].startswith(root) and not args[0].endswith((".py", ".pyc")) and ".venv" not in args[0]
        if (writes or data) and ".pyc" not in args[0] and args[0] != os.devnull:
            seen.append([current, event, args[0]])
    elif event in ("os.mkdir", "os.remove", "os.rename", "os.putenv", "subprocess.Popen", "os.system", "socket.connect", "sqlite3.connect"):
        seen.append([current, event, repr(args)[:200]])
for name in OUTSIDE:
    importlib.import_module(name)
sys.addaudithook(watch)
for current in MODULES:
    importlib.import_module(current)
current = "at exit"
print(json.dumps(seen))
"""


def test_importing_any_module_does_no_input_or_output() -> None:
    outside = ("numpy", "pydantic_settings", "rich.console", "snowballstemmer", "pathspec", "rapidfuzz", "llama_index.core")
    watched = [module for module in MODULES if not module.endswith("__main__")]
    code = WATCH.replace("OUTSIDE", repr(outside)).replace("MODULES", repr(watched))
    assert json.loads(run_python(code).splitlines()[-1]) == []


def run_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout
