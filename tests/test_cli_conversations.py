import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rag.__main__ import app
from rag.conversations import Conversations
from rag.export import load
from rag.schema import Answer
from tests.support.cli import run


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    conversations = Conversations(tmp_path / "home")
    made = conversations.create("notes")
    for question, standalone in (("Who designed the bridge?", ""), ("When was she born?", "When was Anna Berg born?")):
        answer = Answer(question=question, status="abstained", text="The documents do not say.", confidence=0.1, standalone=standalone)
        conversations.append(made.id, answer)
    return conversations


def conversations(kept: Conversations, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["conversations", *arguments, "--home", str(kept.file.parent)])


def test_conversations_are_listed_shown_renamed_and_deleted(kept: Conversations) -> None:
    (one,) = kept.list()
    assert one.id[:8] in conversations(kept, "list").stdout
    assert json.loads(conversations(kept, "list", "--json").stdout)[0]["id"] == one.id
    assert "No conversation" in conversations(kept, "list", "--search", "harbour").stdout
    assert "`groundline chat`" not in conversations(kept, "list", "--search", "harbour").stdout
    shown = conversations(kept, "show", one.id[:8]).stdout
    assert "When was she born?" in shown and "Asked as: When was Anna Berg born?" in shown
    assert conversations(kept, "rename", one.id[:8], "The bridge").exit_code == 0
    assert "The bridge" in conversations(kept, "list").stdout
    assert conversations(kept, "delete", one.id[:8]).exit_code == 0 and kept.list() == ()


def test_an_export_is_written_and_can_be_read_again(kept: Conversations, tmp_path: Path) -> None:
    (one,) = kept.list()
    assert conversations(kept, "export", one.id).stdout.startswith("# Who designed the bridge?")
    file = tmp_path / "talk.json"
    assert conversations(kept, "export", one.id, "--format", "json", "--to", str(file)).exit_code == 0
    assert load(file) == kept.get(one.id)
    failed = conversations(kept, "export", one.id, "--to", str(tmp_path / "nowhere" / "talk.md"))
    assert failed.exit_code == 1 and "talk.md" in failed.stderr


def test_a_conversation_that_is_not_there_is_wrong_use(kept: Conversations) -> None:
    missing = conversations(kept, "show", "ffffffffff")
    assert missing.exit_code == 2 and "conversations list" in missing.stderr


def test_a_question_is_asked_after_a_history(seeds: Path, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "history.json"
    messages = [{"role": "user", "content": "Who leads the student movement?"}, {"role": "assistant", "content": "Wang Dan."}]
    file.write_text(json.dumps(messages), encoding="utf-8")
    asked = run("ask", "What did he ask everyone to do?", "--history", str(file), "--json", corpus=seeds, home=home)
    assert json.loads(asked.stdout)["standalone"] == "What did Wang Dan ask everyone to do?"
    file.write_text('{"role": "user"}', encoding="utf-8")
    assert run("ask", "Why?", "--history", str(file), corpus=seeds, home=home).exit_code == 2


def test_a_list_of_no_conversation_says_where_they_come_from(tmp_path: Path) -> None:
    listed = CliRunner().invoke(app, ["conversations", "list", "--home", str(tmp_path)])
    assert (listed.exit_code, listed.stdout) == (0, "No conversation yet; those of the window (`groundline chat`) are listed here.\n")
