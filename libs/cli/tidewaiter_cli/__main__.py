"""Where `tidewaiter` starts: which commands there are, and how each of them may end."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from tidewaiter_cli import environment, stopping
from tidewaiter_cli.stopping import Stop
from tidewaiter_cli.telling import silence, tell
from tidewaiter_cli.typed import hyphens_named

if TYPE_CHECKING:
    from cyclopts import App

COMMANDS: Final = {
    "up": "Runs the four services on this machine until it is told to stop.",
    "file": "Files a manifest, and reports every bad line.",
    "explain": "Explains one decision: what, why, by which rule, and what would change it.",
    "cancel": "Withdraws a shipment: on the log first, then what it claims is given back.",
    "shipments": "Lists the shipments on which one filer filed, oldest first, each with its outcome.",
    "watch": "Shows every decision on one filer's filings as it is recorded, one a line, until Ctrl-C.",
    "check": "Asks whether a parcel would enter free of duty, without filing anything.",
    "requirements": "Lists which data elements a filing needs, by filer, mode and day.",
    "law": "Shows the law that eligibility judges by, row by row, with citations.",
    "screen": "Looks up names on the lists of denied parties.",
    "describe": "Says which descriptions of goods are vague, and what to add.",
    "values": "Learns from your own filings what goods are usually worth.",
    "trace": "Shows how one filing went through the services, with times.",
    "replay": "Runs recorded decisions again by the same code, and compares all that they say.",
    "backtest": "Runs the recorded past under another law or another scorecard, and counts and lists what differs.",
    "manifest": "Makes a realistic manifest to try things on.",
    "bench": "Measures the services on this machine.",
    "version": "Says which versions are installed.",
}
"""Each command is the function of its name in the module of its name in commands/, its sentence the docstring's."""

LOG_COMMANDS: Final = {
    "verify": "Verifies a receipt, a history or an export offline, with nothing but the log's public key.",
    "proof": "Writes the receipt of a decision to a file.",
    "history": "Writes all entries of a shipment, with the proof that there are no others.",
    "erase": "Erases personal data that are kept beside the log, for ever.",
    "retention": "Erases the personal data that the policy keeps no longer.",
    "find": "Lists decisions, oldest first; what is given narrows the list.",
    "watch": "Shows decisions as they are recorded, one a line, until Ctrl-C.",
    "checkpoint": "Writes the newest checkpoint of the log to a file, once it verifies.",
    "consistency": "Verifies that the log only grew since a checkpoint that you kept.",
    "init": "Makes a log and its key, once.",
    "rotate": "Has another key sign the log from now on.",
    "freeze": "Gives a log its last entry: it is read for ever, and takes nothing more. Cannot be undone.",
    "witness": "Runs a witness: it cosigns the checkpoints of logs that it saw only grow, for as long as it runs.",
    "export": "Writes the log as a table, with a manifest that ties every row to a checkpoint.",
    "fsck": "Checks a whole log, on the disk or as it is served.",
    "hammer": "Loads a log of its own, and checks every answer, proof and file of it.",
}
"""The same below `log`, in the modules log_<name>."""


PERSONS_COMMANDS: Final = {
    "merge": "Rules that the parties of a file are one person, on every day on the ledger and to come.",
    "split": "Rules that the party of a file is a person of its own, whatever it was counted with.",
    "rulings": "Lists what was ruled on persons, with author, reason and time; persons are keyed hashes.",
}
"""The same below `persons`, in the modules persons_<name>."""

LAW_COMMANDS: Final = {"diff": "Shows what changed in the law from one day to another."}
"""The same below `law`, which is a command itself, in the modules law_<name>."""

LISTS_COMMANDS: Final = {
    "add": "Puts a list into the folder of lists, or a new version in the place of the old one.",
    "show": "Shows lists: version, hash, counts, age, what is damaged and what cannot be searched.",
    "diff": "Compares two versions of a list by entry: added, removed, changed.",
    "refresh": "Has risk look into its folder of lists now, and shipments that have not arrived yet decided again.",
    "rescreen": "Has every shipment that has not arrived yet decided again by the lists that are in use now.",
}
"""The same below `lists`, in the modules lists_<name>."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and answers its exit status: 0 done, 1 could not, 2 misspelt or cannot tell, 3 some bad.

    `--debug` anywhere shows the stack trace behind an error.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    if words[:1] == ["--version"]:
        words[0] = "version"
    try:
        if not {"--help", "-h"} & set(words):
            # Whoever looks for the right name must find it.
            environment.refuse_unknown(os.environ)
        return _run(words)
    except Stop as stop:
        if debug:
            raise
        return _tell(stop)
    except KeyboardInterrupt:
        return stopping.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; the interpreter must not complain when it flushes at the end.
        silence(sys.stdout)
        return stopping.COULD_NOT
    except Exception as error:
        if debug:
            raise
        return _report(error)


def _run(words: list[str]) -> int:
    # A command's own help comes from its docstring; only the list of commands must not load them all.
    asks_for_list = all(word.startswith("-") or word in {"log", "persons", "lists"} for word in words)
    result = build_app(summaries=asks_for_list)(hyphens_named(words), result_action="return_value")
    return result if isinstance(result, int) else stopping.DONE


def _default_shown(value: object) -> str | None:
    """How help shows a default; one that says nothing (absent, or a flag not given) is left out."""
    return None if value is None or value is False or value == "" else str(value)


def build_app(*, summaries: bool) -> App:
    """The command line; a command's module is loaded when it is run, or asked for help without `summaries`."""
    from cyclopts import App, Parameter

    app = App(
        name="tidewaiter",
        help="Decides whether parcels enter free of duty, and puts every decision on a log that can be verified.\n\n"
        "With --debug after any command an error shows its stack trace.",
        help_format="plaintext",
        version_flags=[],
        default_parameter=Parameter(show_default=_default_shown),
    )
    for name, summary in COMMANDS.items():
        function = "app" if name == "law" else name
        app.command(f"tidewaiter_cli.commands.{name}:{function}", name=name, help=summary if summaries else None)
    for group, what, commands in (
        ("log", "Proves decisions, and verifies the proofs.", LOG_COMMANDS),
        ("persons", "Rules on who is one person, and lists the rulings.", PERSONS_COMMANDS),
        ("lists", "Keeps the lists of denied parties, and compares them.", LISTS_COMMANDS),
    ):
        below = App(name=group, help=what, help_format="plaintext", version_flags=[])
        for name, summary in commands.items():
            module = f"tidewaiter_cli.commands.{group}_{name}:{name}"
            below.command(module, name=name, help=summary if summaries else None)
        app.command(below)
    return app


def _report(error: Exception) -> int:
    from tidewaiter_cli.reporting import explained

    return _tell(explained(error))


def _tell(stop: Stop) -> int:
    tell(f"tidewaiter: {stop.problem}", to=sys.stderr)
    if stop.advice:
        tell(f"  {stop.advice}", to=sys.stderr)
    return stop.status


if __name__ == "__main__":
    sys.exit(main())
