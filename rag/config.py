"""Every setting in one frozen place; each can be given in Python, or as an environment variable `GROUNDLINE_<NAME>`."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What can be chosen. Unknown names are refused."""

    model_config = SettingsConfigDict(env_prefix="GROUNDLINE_", frozen=True, extra="forbid")

    corpus: Path = Field(Path("seeds"), description="Folder of documents.")
    home: Path = Field(Path(".groundline"), description="Folder that the indexes are kept in.")
    passage_tokens: int = Field(128, ge=16, le=256, description="Size of a passage in the embedding model's word pieces.")
    max_file_bytes: int = Field(10_000_000, ge=1, description="Larger files are skipped: two cores index some 15 kB a second.")
    max_packed_bytes: int = Field(
        100_000_000, ge=1, description="The same for PDF, DOCX and EPUB; their text may be as long as a text file."
    )
    max_upload_files: int = Field(1_000, ge=1, description="Files that one upload may hold.")
    max_upload_bytes: int = Field(500_000_000, ge=1, description="Bytes that one upload may hold, unpacked.")
    max_question_chars: int = Field(4_000, ge=1, description="Longer questions are refused.")
    dense_candidates: int = Field(50, ge=1, description="Passages taken from the vector index for one question.")
    lexical_candidates: int = Field(50, ge=1, description="Passages taken from the full-text index for one question.")
    hits: int = Field(8, ge=1, description="Passages an answer reports.")
    max_citations: int = Field(4, ge=1, le=4, description="Most sentences that an extractive answer quotes.")
    llm: str = Field("extractive", description="Who writes: extractive, PROVIDER:MODEL, openai-compatible:MODEL@URL or llamacpp:FILE.gguf.")
    llm_context: int = Field(
        8_192, ge=512, description="Tokens that a model of ollama, llamacpp or openai-compatible is taken to read; the others are known."
    )
    llm_timeout: float = Field(60.0, gt=0, description="Seconds a language model may keep silent before it has failed.")
    llm_retries: int = Field(3, ge=0, le=10, description="Further attempts when a model's server is busy, limited or unreachable.")
    on_unsupported: Literal["mark", "drop", "fallback"] = Field(
        "mark", description="What becomes of a model's unsupported sentences: shown and marked, taken out and named, or quotes instead."
    )
    on_failure: Literal["fallback", "error"] = Field(
        "fallback", description="When a language model fails: quote the documents instead and say so, or raise the error."
    )
    judge: Literal["off", "llm"] = Field("off", description="Whether the language model gives a second opinion beside each verdict.")
    reranker: str = Field("", description="A reranker by name, fastembed:MODEL; none by default.")
    history_tokens: int = Field(1_000, ge=0, description="Tokens of a conversation's earlier turns that a follow-up may draw on.")
    lock_timeout: float = Field(60.0, ge=0, description="Seconds a writer waits for another writer.")
