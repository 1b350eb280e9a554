"""Readers: which files of a folder are documents, and how each kind of file becomes text with places."""

from rag.readers.files import IGNORE_FILE, find_files, hash_file, leads_out, read
from rag.readers.kinds import FORMATS, SUFFIXES, is_current

__all__ = ["FORMATS", "IGNORE_FILE", "SUFFIXES", "find_files", "hash_file", "is_current", "leads_out", "read"]
