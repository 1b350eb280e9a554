"""Every error that Groundline raises, and what each asks the reader to do.

GroundlineError
├── CorpusError               the folder of documents
│   ├── CorpusNotFound        no such folder
│   ├── CorpusEmpty           nothing in it that can be read
│   └── LibraryError          a file cannot be added to it, or removed from it
├── IndexError_               the index kept in the home folder
│   ├── IndexMissing          the corpus was never indexed
│   ├── IndexMismatch         made with another embedding model or splitter
│   ├── IndexLocked           another process is writing
│   └── IndexBroken           cannot be read, not even rebuilt
├── EngineClosed              asked after it was closed
├── QuestionError             empty, too long, not text
├── PlaceError                not a span of an indexed document
├── ReadError                 one file cannot be read as a document (an ingest reports it as skipped)
│   └── ContentError          whatever is tried, its content gives no text
├── ModelError                an embedding or language model is missing, changed or refuses
│   ├── ExtraMissing          the package that talks to it is not installed
│   ├── KeyMissing            its key is in no environment variable
│   ├── ModelUnreachable      nobody answers at its address
│   ├── ModelRefused          its server refuses: an unknown model, a key without rights, a request that it cannot serve
│   ├── ModelBusy             a rate limit or an overload that outlasted the retries
│   ├── ModelFault            its server failed (status 5xx)
│   ├── ModelTimeout          silent for longer than the setting `llm_timeout`
│   ├── AnswerCut             the answer ended at the limit of tokens
│   ├── AnswerEmpty           it wrote nothing
│   ├── AnswerBroken          the connection ended before the answer did
│   ├── ReplyMalformed        the reply is not what the protocol promises
│   └── RerankerError         a reranker failed, or gave back other passages than it was given
├── StorageError              the disk is full or not writable
├── ConversationError         the stored conversations are in use, or one of them cannot be given
│   ├── ConversationMissing   this owner has no such conversation, or it no such turn
│   └── ConversationsUnreadable  their file is damaged, or was written by a newer version
├── SettingsError             a setting has a value that cannot be used
└── EvalError                 the eval cannot run
    └── CaseError             a case file is wrong: names file, case and field
"""


class GroundlineError(Exception):
    """Base of the tree: `str(error)` says what happened and to what, `hint` what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class CorpusError(GroundlineError):
    """Something about the folder of documents."""


class CorpusNotFound(CorpusError):
    """The folder does not exist or is not a folder."""


class CorpusEmpty(CorpusError):
    """The folder holds no document that can be read."""


class LibraryError(CorpusError):
    """A file cannot be added to the folder, or removed from it."""


class IndexError_(GroundlineError):
    """Something about the index kept in the home folder."""


class IndexMissing(IndexError_):
    """The corpus was never indexed in this home."""


class IndexMismatch(IndexError_):
    """The index was made with another embedding model or splitter version."""


class IndexLocked(IndexError_):
    """Another process is writing to the index."""


class IndexBroken(IndexError_):
    """The catalog cannot be read, so that nothing can be rebuilt from it."""


class EngineClosed(GroundlineError):
    """The engine was closed before it was asked."""


class QuestionError(GroundlineError):
    """The question is empty, too long or not text."""


class PlaceError(GroundlineError):
    """What was asked for is not PATH:START-END of an indexed document."""


class ReadError(GroundlineError):
    """One file cannot be read as a document."""


class ContentError(ReadError):
    """A file's content gives no text: while it (`sha256`) and its reader stay the same, so does this."""

    def __init__(self, message: str, hint: str, sha256: str) -> None:
        super().__init__(message, hint)
        self.sha256 = sha256


class ModelError(GroundlineError):
    """An embedding or language model is missing, changed or refuses."""


class ExtraMissing(ModelError):
    """The package that talks to the model is not installed."""


class KeyMissing(ModelError):
    """The environment variable that holds the model's key is not set."""


class ModelUnreachable(ModelError):
    """Nobody answers at the model's address."""


class ModelRefused(ModelError):
    """The model's server refuses: an unknown model, a key without rights, a request that it cannot serve."""


class ModelBusy(ModelError):
    """A rate limit or an overload that outlasted the retries."""


class ModelFault(ModelError):
    """The model's server failed."""


class ModelTimeout(ModelError):
    """The model was silent for longer than it may be."""


class AnswerCut(ModelError):
    """The answer ended at the limit of tokens, in the middle of what the model wanted to say."""


class AnswerEmpty(ModelError):
    """The model wrote nothing."""


class AnswerBroken(ModelError):
    """The connection ended before the answer did."""


class ReplyMalformed(ModelError):
    """The reply is not what the protocol promises."""


class RerankerError(ModelError):
    """A reranker failed, or gave back other passages than it was given."""


class StorageError(GroundlineError):
    """The disk is full or the home is not writable."""


class ConversationError(GroundlineError):
    """Something about the stored conversations."""


class ConversationMissing(ConversationError):
    """This owner has no such conversation, or it has no such turn."""


class ConversationsUnreadable(ConversationError):
    """The file of stored conversations is damaged, or was written by a newer version."""


class SettingsError(GroundlineError):
    """A setting has a value that cannot be used."""


class EvalError(GroundlineError):
    """The eval cannot run: data, a baseline or a threshold file is missing or wrong."""


class CaseError(EvalError):
    """A case file is wrong; the message names file, case and field."""
