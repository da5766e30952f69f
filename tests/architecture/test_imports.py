"""Who may import whom: the arrows of the suite's picture, kept true by reading every import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import SERVICES, parse, plant, written_python

# The rooms where messages may be seen. Everywhere else a service speaks its own nouns.
WIRE_ROOMS = frozenset({"servicer", "wire", "peers", "__main__"})
WIRE_LIBS = frozenset({"contracts", "chassis", "client", "cli"})
# The contract of nouns that services share.
SHARED_CONTRACT = "trade"


def test_every_import_goes_the_way_that_the_house_allows(project_root: Path) -> None:
    assert [] == list(violations(project_root))


def violations(root: Path) -> Iterator[str]:
    """Each import that breaks a rule, as file, line, module and rule."""
    for path in written_python(root):
        place = path.relative_to(root)
        if place.parts[0] not in {"libs", "services"}:
            continue
        for line, module in imports(path):
            for rule in broken_rules(place, module):
                yield f"{place}:{line}: imports {module}: {rule}"


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every module that the file names in an import, at the top or inside a function, or by a literal at run time."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            # `from tidewaiter.audit import v1` names a module as much as `import tidewaiter.audit.v1`.
            yield from ((node.lineno, f"{node.module or '.'}.{name.name}") for name in node.names)
        elif isinstance(node, ast.Call) and "import_module" in ast.unparse(node.func):
            yield from (
                (node.lineno, argument.value)
                for argument in node.args[:1]
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
            )


def broken_rules(place: Path, module: str) -> Iterator[str]:
    """What is wrong with this module being imported in this place; nothing, usually."""
    kind, member = place.parts[0], place.parts[1]
    package, *rest = module.split(".")
    foreign = [service for service in SERVICES if package == f"tidewaiter_{service}" and service != member]
    if foreign and kind == "libs":
        yield "a library never imports a service"
    if foreign and kind == "services":
        yield "a service never imports another service"
    if not speaks_wire(module):
        return
    # A room that outgrew its file is a folder of the same name.
    rooms = WIRE_ROOMS & {part.removesuffix(".py") for part in place.parts[3:]}
    if (kind == "libs" and member not in WIRE_LIBS) or (kind == "services" and not rooms):
        yield "only servicer, wire, peers and __main__ see grpc and generated code"
    contract = rest[0] if package == "tidewaiter" and rest else SHARED_CONTRACT
    if kind == "services" and contract not in {member, SHARED_CONTRACT} and "peers" not in rooms:
        yield "another service's contract is known only in peers"


def speaks_wire(module: str) -> bool:
    """Whether the module is gRPC, protobuf, or generated from a proto."""
    package = module.partition(".")[0]
    return package in {"tidewaiter", "buf", "google", "grpc"} or package.startswith("grpc_")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("services/intake/tidewaiter_intake/submit.py", "import tidewaiter_audit"),
        ("services/intake/tidewaiter_intake/peers.py", "from tidewaiter_audit.append import append"),
        ("services/intake/tidewaiter_intake/submit.py", "def f():\n    from tidewaiter_risk import assess"),
        ("services/intake/tidewaiter_intake/submit.py", "import importlib\nimportlib.import_module('tidewaiter_risk')"),
        ("services/audit/tidewaiter_audit/append.py", "import grpc"),
        ("services/audit/tidewaiter_audit/append.py", "from grpc import aio"),
        ("services/audit/tidewaiter_audit/store/sqlite.py", "from google.protobuf import timestamp_pb2"),
        ("services/audit/tidewaiter_audit/model.py", "from tidewaiter.audit.v1 import audit_pb2"),
        ("services/risk/tidewaiter_risk/servicer.py", "from tidewaiter.audit.v1 import audit_pb2"),
        ("services/risk/tidewaiter_risk/wire.py", "from tidewaiter import audit"),
        ("libs/cli/tidewaiter_cli/up.py", "from tidewaiter_intake.settings import Settings"),
        ("libs/chassis/tidewaiter_chassis/server.py", "import tidewaiter_audit.settings"),
        ("libs/tlog/tidewaiter_tlog/note.py", "import grpc_status"),
    ],
)
def test_a_forbidden_import_is_caught(tmp_path: Path, name: str, text: str) -> None:
    plant(tmp_path, name, text)

    assert 1 == len(list(violations(tmp_path)))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("services/intake/tidewaiter_intake/peers.py", "from tidewaiter.audit.v1 import audit_pb2"),
        ("services/intake/tidewaiter_intake/peers/audit.py", "from tidewaiter.audit.v1 import audit_pb2_grpc"),
        ("services/intake/tidewaiter_intake/wire.py", "from tidewaiter.trade.v1 import trade_pb2"),
        ("services/intake/tidewaiter_intake/submit.py", "from tidewaiter_intake.decide import decide"),
        ("services/intake/tidewaiter_intake/__main__.py", "import grpc.aio"),
        ("libs/chassis/tidewaiter_chassis/server.py", "import grpc.aio"),
    ],
)
def test_an_allowed_import_passes(tmp_path: Path, name: str, text: str) -> None:
    plant(tmp_path, name, text)

    assert [] == list(violations(tmp_path))
