"""Asking before something that cannot be undone."""

from __future__ import annotations

import sys

from tidewaiter_cli.stopping import MISSPELT, Stop


def refuse_unconfirmed(question: str, *, yes: bool) -> None:
    """Returns when the person at the terminal says yes, or said so on the command line; Stop otherwise."""
    if yes:
        return
    if not sys.stdin.isatty():
        problem = "it cannot be undone, and nobody is here to be asked."
        raise Stop(problem, advice="Look with --dry-run, then run it with --yes.", status=MISSPELT)
    if input(f"{question} [yes/no] ").strip().lower() != "yes":
        raise Stop("nothing was done.", advice="Answer yes to do it.", status=MISSPELT)
