"""The process in which files are read that may be hostile: what it is told on standard input, it answers on standard output."""

import json
import math
import os
import signal
import sys
from contextlib import suppress
from importlib import import_module

from rag.errors import ReadError
from rag.readers.isolation import receive, send

MOST_TEXT = 100_000_000  # characters of one file: what is told has to fit into the memory of whoever asked


def serve(seconds: float, memory: int) -> None:
    """Answers until standard input ends. Every file may take `seconds` of the processor, and all together `memory` bytes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the program that asks, and with it this one
    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr  # what a library prints is no answer
    _limit_memory(memory)
    while (question := receive(questions)) is not None and (data := receive(questions)) is not None:
        _limit_time(seconds)
        module, function, name = json.loads(question)
        send(answers, json.dumps(_reply(module, function, name, data)).encode())


def _reply(module: str, function: str, name: str, data: bytes) -> dict[str, object]:
    try:
        found = getattr(import_module(module), function)(data, name)
    except ReadError as error:
        return {"error": str(error), "hint": error.hint}
    except MemoryError:
        return {"error": f"{name} takes more memory to read than there may be used.", "hint": "Split it.", "spent": True}
    except RecursionError:
        return {"error": f"{name} is nested too deeply.", "hint": "Save it anew, with another program if need be."}
    except Exception as error:  # a library met what it does not expect; the file is left out, with its words as the reason
        words = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        return {
            "error": f"{name} is damaged or not what its name says ({words}).",
            "hint": "Save it anew, with another program if need be.",
        }
    if len(found.text) > MOST_TEXT:
        return {"error": f"{name} holds more than {MOST_TEXT:,} characters of text.", "hint": "Split it."}
    return {"text": found.text, "places": found.places}


def _limit_memory(memory: int) -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    with suppress(ValueError, OSError):  # macOS has no such limit
        resource.setrlimit(resource.RLIMIT_AS, (memory if most == resource.RLIM_INFINITY else min(memory, most), most))


def _limit_time(seconds: float) -> None:
    """Ends this process when the file takes longer, also when whoever asked is gone."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    limit = math.ceil(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit if most == resource.RLIM_INFINITY else min(limit, most), most))
