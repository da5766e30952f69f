"""What may fail beside the services without ending them: it is said once, and tried again."""

from __future__ import annotations

from collections.abc import Callable

Say = Callable[[str], None]


class Complaints:
    """Remembers what has been complained of, so that it is said once for as long as it lasts."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._lasting: set[str] = set()

    def attempt(self, what: str, doing: Callable[[], object]) -> bool:
        """Whether the system let it be done; `what` is so otherwise, and is said the first time in a row."""
        try:
            doing()
        except OSError as error:
            if what not in self._lasting:
                self._lasting.add(what)
                where = f"{error.filename}: " if error.filename else ""
                self._say(f"{what}: {where}{error.strerror or error}")
            return False
        self._lasting.discard(what)
        return True
