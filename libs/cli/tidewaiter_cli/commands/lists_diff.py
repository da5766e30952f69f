"""tidewaiter lists diff"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tidewaiter_cli.flags import Json
from tidewaiter_cli.stopping import DONE


def diff(
    older: Annotated[Path, Parameter(help="A list: its file, or the folder of its files.")],
    newer: Annotated[Path, Parameter(help="The same list at a later time.")],
    /,
    *,
    json: Json = False,
) -> int:
    """Compares two versions of a list by entry: added, removed, changed.

    For example:

        tidewaiter lists diff lists-of-monday/ofac lists/ofac
    """
    from tidewaiter_cli.pages.party_lists import print_difference
    from tidewaiter_cli.screening.adding import one_list

    print_difference(one_list(older), one_list(newer), json=json)
    return DONE
