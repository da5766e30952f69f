"""tidewaiter lists add"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tidewaiter_cli.flags import Json
from tidewaiter_cli.stopping import DONE


def add(
    files: Annotated[list[Path], Parameter(help="Official files of one list: three of the Treasury's, or any one.")],
    /,
    *,
    to: Annotated[Path, Parameter(help="The folder of lists that risk is given.")],
    name: Annotated[str, Parameter(help="What the list is to be called; usually as the file.")] = "",
    json: Json = False,
) -> int:
    """Puts a list into the folder of lists, or a new version in the place of the old one.

    It is read first, and nothing is put in place when no entry of it can be read. The files are written beside the
    old ones and then renamed over them. What is damaged is told.

    For example:

        tidewaiter lists add sdn.csv alt.csv add.csv --to lists/ --name ofac
        tidewaiter lists add consolidated.xml --to lists/
    """
    from tidewaiter_cli.pages.party_lists import print_lists
    from tidewaiter_cli.screening import adding

    print_lists([adding.add(files, to, name)], json=json)
    return DONE
