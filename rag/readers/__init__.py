"""Readers: which files of a folder are documents, and how each kind of file becomes text with places."""

from rag.readers.files import IGNORE_FILE, find_files, hash_file, is_document, is_ignored, leads_out, read
from rag.readers.isolation import Isolated
from rag.readers.kinds import FORMATS, SUFFIXES, check, editions, is_current, is_packed

__all__ = [
    "FORMATS",
    "IGNORE_FILE",
    "SUFFIXES",
    "Isolated",
    "check",
    "editions",
    "find_files",
    "hash_file",
    "is_current",
    "is_document",
    "is_ignored",
    "is_packed",
    "leads_out",
    "read",
]
