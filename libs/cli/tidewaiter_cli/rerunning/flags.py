"""What the caller chose, as the services' own flags."""

from __future__ import annotations

from pathlib import Path

from tidewaiter_cli.stopping import MISSPELT, Stop


def of_law(law: Path | None) -> list[str]:
    """For eligibility."""
    return [] if law is None else [f"--law={_folder('--law', law)}"]


def of_rules(rules: Path | None, lists: Path | None) -> list[str]:
    """For risk."""
    flags = [] if rules is None else [f"--rules={_folder('--rules', rules)}"]
    return flags if lists is None else [*flags, f"--lists={_folder('--lists', lists)}"]


def _folder(flag: str, path: Path) -> Path:
    if not path.is_dir():
        raise Stop(f"{flag} {path} is no folder.", advice="Give the folder that holds the files.", status=MISSPELT)
    return path
