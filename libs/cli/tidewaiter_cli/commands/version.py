"""tidewaiter version"""

from __future__ import annotations

import json as json_format
import platform
from importlib.metadata import PackageNotFoundError, distributions
from importlib.metadata import version as version_of
from typing import Final

from tidewaiter_cli.flags import Json

_FOUNDATIONS: Final = ("grpcio", "protobuf")


def version(*, json: Json = False) -> int:
    """Says which versions are installed.

    For example:

        tidewaiter version --json
    """
    found = {"python": platform.python_version()}
    for name in (*_members(), *_FOUNDATIONS):
        try:
            found[name] = version_of(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    if json:
        print(json_format.dumps(found))
    else:
        width = max(map(len, found))
        print("\n".join(f"{name:{width}}  {number}" for name, number in found.items()))
    return 0


def _members() -> list[str]:
    names = {distribution.metadata["Name"] for distribution in distributions()}
    return sorted(name for name in names if name and name.startswith("tidewaiter-"))
