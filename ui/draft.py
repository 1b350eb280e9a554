"""The text of an answer that is being written, sentence by sentence taken over by what was judged."""

from rag.citations import markers


class Draft:
    """What a writer has written and nobody has judged yet."""

    def __init__(self) -> None:
        self.text = ""

    def add(self, words: str) -> None:
        """More was written."""
        self.text += words

    def take(self, sentence: str) -> None:
        """A sentence was judged: it goes out of the draft with its markers, however its spaces and marks were changed on the way.

        A draft that does not begin with the sentence stays as it is.
        """
        wanted = [character for character in sentence if character.isalnum()]
        skipped = {place for marker in markers(self.text) for place in range(marker.start, marker.end)}
        at, met = 0, 0
        while at < len(self.text) and met < len(wanted):
            if at not in skipped and self.text[at].isalnum():
                if self.text[at] != wanted[met]:
                    return
                met += 1
            at += 1
        if met < len(wanted):
            return
        while at < len(self.text) and (at in skipped or not self.text[at].isalnum()) and self.text[at] != "\n":
            at += 1
        self.text = self.text[at:]
