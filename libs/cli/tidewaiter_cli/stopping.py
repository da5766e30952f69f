"""How a command ends when it cannot go on: what is wrong, what to do about it, and the exit status."""

from __future__ import annotations

from typing import Final

DONE: Final = 0
COULD_NOT: Final = 1
CANNOT_TELL: Final = 2
"""Of a verification: neither that it holds nor that it does not."""
MISSPELT: Final = 2
"""What was typed, or is set in the environment, is refused as it stands, by the command or by the service it asks."""
SOME_BAD: Final = 3
INTERRUPTED: Final = 130
"""128 and the number of SIGINT, as shells have it."""


class Stop(Exception):
    """The command ends here; `advice` says what would help, and may be empty."""

    def __init__(self, problem: str, *, advice: str = "", status: int = COULD_NOT) -> None:
        super().__init__(problem)
        self.problem = problem
        self.advice = advice
        self.status = status
