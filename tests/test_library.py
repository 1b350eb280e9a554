"""Files come into the corpus under safe names, within limits, and never anywhere else; they go again."""

import io
import os
import stat
import unicodedata
import zipfile
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.config import Settings
from rag.errors import CorpusError, CorpusNotFound, GroundlineError, LibraryError
from rag.library import AddReport, Limits, add, add_zip, checked_name, remove, shown
from rag.readers import SUFFIXES, find_files, is_document
from tests.support.papers import FOLDER, zipped

LIMITS = Limits(files=10, total_bytes=100_000, file_bytes=1_000, packed_bytes=50_000)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def reasons(report: AddReport) -> dict[str, str]:
    return {item.path: item.reason for item in report.skipped}


def test_files_and_their_folders_are_written(corpus: Path, tmp_path: Path) -> None:
    given = tmp_path / "upload.tmp"
    given.write_bytes(b"From a path.")
    report = add(corpus, [("a.txt", b"One."), ("deep/er/b.MD", b"# Two"), ("c.txt", given)], LIMITS)
    assert report == AddReport(added=("a.txt", "deep/er/b.MD", "c.txt"))
    assert contents(corpus) == {"a.txt": b"One.", "deep/er/b.MD": b"# Two", "c.txt": b"From a path."}
    assert [file.name for file in find_files(corpus)[0]] == ["a.txt", "c.txt", "b.MD"]


def test_every_format_is_taken(corpus: Path) -> None:
    files = [(file.name, file) for file in sorted(FOLDER.iterdir())]
    assert add(corpus, files).added == tuple(name for name, _ in files)


def test_a_name_that_is_taken_gets_a_number(corpus: Path) -> None:
    assert add(corpus, [("a.txt", b"One."), ("a.txt", b"Two."), ("a.txt", b"Three.")], LIMITS).added == ("a.txt", "a (2).txt", "a (3).txt")
    again = add(corpus, [("a.txt", b"Two.")], LIMITS)
    assert reasons(again) == {"a.txt": "the same content is there already, as a (2).txt"}
    assert contents(corpus) == {"a.txt": b"One.", "a (2).txt": b"Two.", "a (3).txt": b"Three."}


def test_a_file_is_replaced_when_asked_for(corpus: Path) -> None:
    add(corpus, [("a.txt", b"One.")], LIMITS)
    assert add(corpus, [("a.txt", b"Two."), ("b.txt", b"New.")], LIMITS, replace=True) == AddReport(added=("b.txt",), replaced=("a.txt",))
    assert contents(corpus) == {"a.txt": b"Two.", "b.txt": b"New."}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../a.txt", "leads out"),
        ("a/../../b.txt", "leads out"),
        ("..\\a.txt", "leads out"),
        ("a//b.txt", "leads out"),
        ("", "leads out"),
        ("/etc/a.txt", "absolute"),
        ("\\\\server\\a.txt", "absolute"),
        ("C:\\a.txt", "absolute"),
        ("c:a.txt", "absolute"),
        ("con.txt", "devices"),
        ("x/Com1.tar.txt", "devices"),
        ("LPT¹.md", "devices"),
        ("a\n.txt", "not seen"),
        ("a\x00.txt", "not seen"),
        ("a\x1b[31m.txt", "not seen"),
        ("a\u202etxt.exe.txt", "not seen"),
        ("a\u2066.txt", "not seen"),
        ("a\ud800.txt", "not seen"),
        (".a.txt", "hidden"),
        (".groundlineignore", "hidden"),
        ("x/.git/a.txt", "hidden"),
        ("__MACOSX/a.txt", "hidden"),
        (" a.txt", "space"),
        ("a /b.txt", "space"),
        ("a./b.txt", "full stop"),
        ("a" * 250 + ".txt", "too long"),
        ("a/" * 20 + "b.txt", "too deep"),
        ("a.exe", "not a .txt"),
        ("README", "not a .txt"),
        ("a.txt/", "leads out"),
    ],
)
def test_a_name_that_is_not_safe_is_refused(corpus: Path, name: str, reason: str) -> None:
    report = add(corpus, [(name, b"Text.")], LIMITS)
    ((path, why),) = reasons(report).items()
    assert reason in why and path.isprintable() and not report.added
    assert contents(corpus) == {}


@pytest.mark.parametrize(
    "name", ["Ä ö (1).txt", "日本語.md", "👩\u200d🚀.txt", "a'b\"c$;&.txt", "-rf.txt", "console.txt", "a.b.c.txt", "~.txt"]
)
def test_a_name_that_is_only_unusual_is_taken(corpus: Path, name: str) -> None:
    assert add(corpus, [(name, b"Text.")], LIMITS).added == (name,)


def test_names_are_composed_as_other_systems_write_them(corpus: Path) -> None:
    assert add(corpus, [(unicodedata.normalize("NFD", "Fähre.txt"), b"Text.")], LIMITS).added == ("Fähre.txt",)


@settings(deadline=None, max_examples=300)
@given(st.text(st.sampled_from("ab./\\: \u202e\n\x00~-") | st.characters(), max_size=30), st.sampled_from(["", ".txt", ".pdf", "/a.md"]))
@example("..", "/a.md")
@example("a\\..\\..\\b", ".txt")
def test_a_name_is_refused_or_stays_inside_and_is_seen(start: str, end: str) -> None:
    try:
        name = checked_name(start + end)
    except LibraryError as error:
        assert str(error)
        return
    parts = name.split("/")
    assert PurePosixPath(name).parts == tuple(parts) and not {"", ".", ".."} & set(parts)
    assert not any(part.startswith(".") or part != part.strip() for part in parts)
    assert os.path.normpath(f"/corpus/{name}") == f"/corpus/{name}" and "\\" not in name and "\0" not in name
    assert PurePosixPath(name).suffix.lower() in SUFFIXES
    assert not any(unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(one) in BIDI for one in name)
    assert checked_name(name) == name


BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@given(st.text(max_size=2_000))
def test_a_name_is_shown_without_what_is_not_seen(name: str) -> None:
    seen = shown(name)
    seen.encode()
    assert not any(unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(one) in BIDI for one in seen)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"\x7fELF\0\0", "a.txt is binary"),
        ("a.md", b"", "a.md is empty"),
        ("a.json", b"caf\xe9", "is not UTF-8"),
        ("a.html", b"\x89PNG\r\n\x1a\n\0\0\0\r", "a.html is binary"),
        ("a.pdf", b"MZ not a pdf", "is no PDF file"),
        ("a.docx", zipped({"xl/workbook.xml": ""}), "an Excel workbook"),
        ("a.epub", b"PK\x03\x04 broken", "is damaged"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(corpus: Path, name: str, data: bytes, reason: str) -> None:
    assert reason in reasons(add(corpus, [(name, data)], LIMITS))[name]
    assert contents(corpus) == {}


def test_limits_hold_for_a_file_the_upload_and_its_number(corpus: Path, tmp_path: Path) -> None:
    big = tmp_path / "big.txt"
    big.write_bytes(b"x" * 1_001)
    report = add(corpus, [("a.txt", b"x" * 1_000), ("b.txt", b"x" * 1_001), ("c.txt", big)], LIMITS)
    assert report.added == ("a.txt",) and set(reasons(report).values()) == {"larger than 1,000 bytes"}
    few = LIMITS._replace(total_bytes=2_500)
    report = add(corpus, [(f"{n}/n.txt", bytes([65 + n]) * 1_000) for n in range(4)], few)
    assert len(report.added) == 2 and set(reasons(report).values()) == {"this upload holds more than 2,500 bytes"}
    report = add(corpus, [(f"{n}/m.txt", bytes([65 + n]) * 10) for n in range(15)], LIMITS)
    assert len(report.added) == 10 and reasons(report) == {"10/m.txt": "this upload holds more than 10 files"}


def test_limits_come_from_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDLINE_MAX_UPLOAD_FILES", "7")
    assert Limits.of(Settings()) == Limits(7, 500_000_000, 10_000_000, 100_000_000)


def test_the_files_of_a_zip_are_added(corpus: Path) -> None:
    data = zipped({"notes/": "", "notes/a.txt": "One.", "notes/b.exe": "x", "__MACOSX/notes/._a.txt": "x"})
    report = add(corpus, [("My notes.ZIP", data)], LIMITS)
    assert report.added == ("notes/a.txt",) and set(reasons(report)) == {"notes/b.exe", "__MACOSX/notes/._a.txt"}
    assert add_zip(corpus, zipped({"c.txt": "Three."}), LIMITS).added == ("c.txt",)


def test_links_and_ways_out_in_a_zip_are_refused(corpus: Path, tmp_path: Path) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        link = zipfile.ZipInfo("link.txt")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, str(tmp_path / "secret.txt"))
        archive.writestr("../out.txt", "x")
        archive.writestr("/abs.txt", "x")
    report = add_zip(corpus, written.getvalue(), LIMITS)
    assert not report.added and reasons(report)["link.txt"] == "link.txt is a symbolic link."
    assert contents(tmp_path) == {}


def test_zip_bombs_are_refused(corpus: Path) -> None:
    bomb = zipped({"a.txt": b"0" * 20_000_000})
    assert "unpacks to more" in reasons(add_zip(corpus, bomb, LIMITS._replace(total_bytes=10**9, file_bytes=10**9)))["archive.zip"]
    many = zipped({f"{n}.txt": b"0" * 1_000 for n in range(200)})
    assert "unpacks to more" in reasons(add_zip(corpus, many, LIMITS))["archive.zip"]
    lying = bytearray(zipped({"a.txt": b"0123456789" * 500}))
    place = lying.rfind(b"PK\x01\x02")
    lying[place + 24 : place + 28] = (100).to_bytes(4, "little")  # the directory says 100 bytes
    report = add_zip(corpus, bytes(lying), LIMITS)
    assert not report.added and "is damaged" in reasons(report)["a.txt"]
    assert contents(corpus) == {}


def test_an_archive_of_too_many_files_is_refused_before_its_list_is_made(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = zipped({"a.txt": "x"})
    place = archive.rfind(b"PK\x01\x02")
    (tmp_path / "many.zip").write_bytes(archive[:place] + archive[place : archive.rfind(b"PK\x05\x06")] * 20_001)
    monkeypatch.setattr("zipfile.ZipFile", None)
    for many in (tmp_path / "many.zip", (tmp_path / "many.zip").read_bytes()):
        assert reasons(add_zip(corpus, many, LIMITS)) == {"archive.zip": "archive.zip holds more than 20,000 files."}


def test_an_encrypted_a_damaged_and_a_nested_archive_are_refused(corpus: Path) -> None:
    locked = bytearray(zipped({"a.txt": "Secret."}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.find(mark) + place] |= 1
    assert reasons(add_zip(corpus, bytes(locked), LIMITS)) == {"a.txt": "a.txt is encrypted."}
    assert "is damaged" in reasons(add(corpus, [("a.zip", b"PK\x03\x04 no archive")], LIMITS))["a.zip"]
    assert "not a .txt" in reasons(add_zip(corpus, zipped({"b.zip": zipped({"a.txt": "x"})}), LIMITS))["b.zip"]


def test_what_the_ignore_file_names_is_not_taken(corpus: Path) -> None:
    (corpus / ".groundlineignore").write_text("drafts/\n")
    assert "groundlineignore" in reasons(add(corpus, [("drafts/a.txt", b"Text.")], LIMITS))["drafts/a.txt"]


def test_nothing_is_written_through_a_link_that_leads_out(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "secret.txt").write_text("Secret.")
    (corpus / "way").symlink_to(tmp_path / "outside")
    (corpus / "link.txt").symlink_to(tmp_path / "secret.txt")
    report = add(corpus, [("way/a.txt", b"Text."), ("way/deep/a.txt", b"Text.")], LIMITS, replace=True)
    assert set(reasons(report).values()) == {"a folder in its name leads out of the corpus"}
    add(corpus, [("link.txt", b"Text.")], LIMITS, replace=True)
    add(corpus, [("link.txt", b"Other.")], LIMITS)
    assert (tmp_path / "secret.txt").read_text() == "Secret." and not any((tmp_path / "outside").iterdir())


def test_a_folder_that_is_a_file_is_reported(corpus: Path) -> None:
    report = add(corpus, [("a.txt", b"Text."), ("a.txt/b.txt", b"Text.")], LIMITS)
    assert reasons(report) == {"a.txt/b.txt": "a folder in its name is a file"}


def test_a_write_that_fails_is_reported_and_leaves_nothing(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert reasons(add(corpus, [("a.txt", b"Text.")], LIMITS)) == {"a.txt": "it cannot be written: No space left on device"}
    assert contents(corpus) == {}


def test_a_missing_corpus_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(CorpusNotFound):
        add(tmp_path / "nowhere", [], LIMITS)


def test_a_document_is_removed(corpus: Path, tmp_path: Path) -> None:
    add(corpus, [("x/a.txt", b"One."), ("b.txt", b"Two.")], LIMITS)
    (corpus / "link.txt").symlink_to(corpus / "b.txt")
    remove(corpus, "x/a.txt")
    remove(corpus, "link.txt")
    assert contents(corpus) == {"b.txt": b"Two."} and not (corpus / "link.txt").is_symlink()


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "/etc/passwd",
        "",
        ".",
        "way/a.txt",
        "x\0.txt",
        ".groundlineignore",
        "gone.txt",
        "folder.txt",
        ".hidden.txt",
        ".git/notes.txt",
        "draft.txt",
        "drafts/kept.txt",
        "out.txt",
        "nowhere.txt",
        "round/own.txt",
        "own/../own/own.txt",
        "tool.sh",
    ],
)
def test_nothing_else_is_removed(corpus: Path, tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.txt").write_text("Secret.")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.txt").write_text("Secret.")
    (corpus / "way").symlink_to(tmp_path / "outside")
    (corpus / "folder.txt").mkdir()
    (corpus / ".groundlineignore").write_text("draft.txt\ndrafts/\n")
    for name in (".hidden.txt", ".git/notes.txt", "draft.txt", "drafts/kept.txt", "own/own.txt", "tool.sh"):
        (corpus / name).parent.mkdir(exist_ok=True)
        (corpus / name).write_text("Not to be lost.")
    (corpus / "out.txt").symlink_to(tmp_path / "secret.txt")
    (corpus / "nowhere.txt").symlink_to(corpus / "gone.txt")
    (corpus / "round").symlink_to(corpus / "own")
    before = contents(tmp_path)
    with pytest.raises(GroundlineError) as caught:
        remove(corpus, path)
    assert caught.value.hint and contents(tmp_path) == before
    assert (corpus / "out.txt").is_symlink() and (corpus / "nowhere.txt").is_symlink()


def test_what_is_found_may_be_removed_and_nothing_else(corpus: Path) -> None:
    (corpus / ".groundlineignore").write_text("*.md\n!kept.md\ndeep/\n")
    for name in ("a.txt", "b.md", "kept.md", "x/deep/c.txt", "x/d.TXT", "x/.e.txt", "f.sh", "g.txt/h.txt"):
        (corpus / name).parent.mkdir(parents=True, exist_ok=True)
        (corpus / name).write_text("Words.")
    (corpus / "link.txt").symlink_to(corpus / "a.txt")
    every = [path.relative_to(corpus).as_posix() for path in corpus.rglob("*")]
    found = {path.relative_to(corpus).as_posix() for path in find_files(corpus)[0]}
    assert found == {"a.txt", "kept.md", "x/d.TXT", "g.txt/h.txt", "link.txt"}
    assert {name for name in every if is_document(corpus, name)} == found


def test_nothing_is_removed_while_the_ignore_file_cannot_be_used(corpus: Path) -> None:
    (corpus / "a.txt").write_text("Words.")
    (corpus / ".groundlineignore").write_bytes(b"\xff\xfe")
    with pytest.raises(CorpusError):
        remove(corpus, "a.txt")
    assert (corpus / "a.txt").exists()
