"""Where `tidewaiter` starts: which commands there are, and how each of them may end."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from tidewaiter_cli import environment, stopping
from tidewaiter_cli.stopping import Stop
from tidewaiter_cli.telling import silence, tell

if TYPE_CHECKING:
    from cyclopts import App

COMMANDS: Final = {
    "up": "Runs the four services on this machine until it is told to stop.",
    "file": "Files a manifest, and reports every bad line.",
    "explain": "Explains one decision: what, why, by which rule, and what would change it.",
    "check": "Asks whether a parcel would enter free of duty, without filing anything.",
    "requirements": "Lists which data elements a filing needs, by filer, mode and day.",
    "screen": "Looks up a name on the lists of denied parties.",
    "trace": "Shows how one filing went through the services, with times.",
    "manifest": "Makes a realistic manifest to try things on.",
    "bench": "Measures the services on this machine.",
    "version": "Says which versions are installed.",
}
"""Each command is the function of its name in the module of its name in commands/, its sentence the docstring's."""

LOG_COMMANDS: Final = {
    "verify": "Verifies a receipt offline, with nothing but the log's public key.",
    "proof": "Writes the receipt of a decision to a file.",
    "fsck": "Checks a whole log on the disk.",
}
"""The same below `log`, in the modules log_<name>."""


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
    asks_for_list = all(word.startswith("-") or word == "log" for word in words)
    result = build_app(summaries=asks_for_list)(_hyphens_named(words), result_action="return_value")
    return result if isinstance(result, int) else stopping.DONE


def _hyphens_named(words: list[str]) -> list[str]:
    """The manifest `-` of `file` by the other name of standard input.

    A parameter that takes a hyphen takes a misspelt option as well, and then nothing says that there is none such.
    """
    if words[:1] != ["file"]:
        return words
    # After an option that takes a value it would be that value.
    is_value = [before.startswith("-") and before != "--json" and "=" not in before for before in ("", *words)]
    return ["/dev/stdin" if word == "-" and not value else word for word, value in zip(words, is_value, strict=False)]


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
    log = App(name="log", help="Proves decisions, and verifies the proofs.", help_format="plaintext", version_flags=[])
    for name, summary in COMMANDS.items():
        app.command(f"tidewaiter_cli.commands.{name}:{name}", name=name, help=summary if summaries else None)
    for name, summary in LOG_COMMANDS.items():
        log.command(f"tidewaiter_cli.commands.log_{name}:{name}", name=name, help=summary if summaries else None)
    app.command(log)
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
