from pathlib import Path
from types import SimpleNamespace

import pytest

from eval import identity


def test_each_hash_follows_what_it_names(make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("a = 1")
    monkeypatch.setattr(identity, "_CODE", (tmp_path,))
    cases, documents = [make.case(id="c1")], dict(make.documents)
    first = identity.identify(cases, documents, "model")
    assert first == identity.identify(cases, documents, "model")

    def changed() -> set[str]:
        now = identity.identify(cases, documents, "model").model_dump()
        return {name for name, value in first.model_dump().items() if now[name] != value}

    (tmp_path / "weights.json").write_text("[1]")
    assert changed() == {"code"}
    (tmp_path / "weights.json").unlink()
    (tmp_path / "baseline.json").write_text("[1]")
    assert changed() == set()
    cases.append(make.case(id="c2"))
    assert changed() == {"cases"}
    cases.pop()
    documents["a.txt"] = make.document("a.txt", "Other text.")
    assert changed() == {"corpus"}
