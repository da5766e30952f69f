"""What a whole-log check found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PROBLEMS_MAX: Final = 100
"""How many problems are described; all are counted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: a stable code, where, and what. Never any content of the log."""

    code: str
    where: str
    detail: str

    def __str__(self) -> str:
        return f"{self.code} at {self.where}: {self.detail}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FsckReport:
    """What was checked and what is wrong; `problems` are the first PROBLEMS_MAX of `problems_total`.

    `tree_size` and `root` (hex) are of the tree as built again from the leaves.
    """

    tree_size: int
    root: str
    checkpoints: int
    problems: tuple[Problem, ...]
    problems_total: int

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return self.problems_total == 0

    def __str__(self) -> str:
        if self.is_sound:
            return f"sound: {self.tree_size} leaves, {self.checkpoints} checkpoints, root {self.root}"
        lines = [f"false: {self.problems_total} problems in {self.tree_size} leaves", *map(str, self.problems)]
        if self.problems_total > len(self.problems):
            lines.append(f"and {self.problems_total - len(self.problems)} more")
        return "\n".join(lines)


class Findings:
    """Problems as they are found, counted without end and kept up to PROBLEMS_MAX."""

    def __init__(self) -> None:
        self.total = 0
        self.first: list[Problem] = []

    def add(self, code: str, where: str, detail: str) -> None:
        """One more problem."""
        self.total += 1
        if len(self.first) < PROBLEMS_MAX:
            self.first.append(Problem(code, where, detail))
