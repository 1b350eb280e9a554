"""Hashes that say what an eval judged, so that figures of different things are never compared."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import eval.case
import rag.embed
from eval.case import Case
from eval.corpus import corpus_hash
from eval.metrics.base import EXTRACTIVE
from eval.report.model import Identity
from rag.schema import Document

_CODE = (Path(rag.embed.__file__).parent, Path(eval.case.__file__).parent)
_CODE_SUFFIXES = (".py", ".json", ".toml", ".txt", ".gz", ".npy", ".npz")
_NOT_CODE = ("cases", "corpora", "conversations", "baseline.json")


def identify(cases: Iterable[Case], documents: Mapping[str, Document], model: str, writer: str = EXTRACTIVE) -> Identity:
    """The identity of a run over these cases, documents and embedding model, its answers written by `writer`."""
    lines = "".join(f"{case.model_dump_json()}\n" for case in cases)
    return Identity(
        corpus=corpus_hash(documents),
        model=model,
        code=code_hash(),
        cases=hashlib.sha256(lines.encode()).hexdigest(),
        writer=writer if writer == EXTRACTIVE else hashlib.sha256(writer.encode()).hexdigest(),
    )


def code_hash() -> str:
    """SHA-256 over the program's own files: code, tables and fitted weights, without cases and the stored baseline."""
    digest = hashlib.sha256()
    for root in _CODE:
        for file in sorted(root.rglob("*")):
            inside = file.relative_to(root)
            if file.suffix in _CODE_SUFFIXES and not set(inside.parts) & set(_NOT_CODE):
                digest.update(f"{root.name}/{inside.as_posix()}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()
