"""What the caller chose, as the services' own flags."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tidewaiter_cli.stopping import CANNOT_TELL, Stop


def day_of(text: str) -> str:
    """A day of the calendar as YYYY-MM-DD, or none; Stop otherwise."""
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        problem = f"--since {text} is no day of the calendar."
        raise Stop(problem, advice="Give it as YYYY-MM-DD.", status=CANNOT_TELL) from None


def of_law(law: Path | None) -> list[str]:
    """For eligibility."""
    return [] if law is None else [f"--law={_folder('--law', law)}"]


def of_rules(rules: Path | None, lists: Path | None) -> list[str]:
    """For risk."""
    flags = [] if rules is None else [f"--rules={_folder('--rules', rules)}"]
    return flags if lists is None else [*flags, f"--lists={_folder('--lists', lists)}"]


def _folder(flag: str, path: Path) -> Path:
    if not path.is_dir():
        raise Stop(f"{flag} {path} is no folder.", advice="Give the folder that holds the files.", status=CANNOT_TELL)
    return path
