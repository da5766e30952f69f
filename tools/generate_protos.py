"""Compiles protos/ into libs/contracts: messages, stubs and their types, and the image that buf reads."""

from __future__ import annotations

import argparse
import importlib.resources
import re
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from google.rpc import status_pb2

ROOT = Path(__file__).resolve().parents[1]
PROTOS = ROOT / "protos"
CONTRACTS = ROOT / "libs" / "contracts"
VALIDATE = "buf/validate/validate.proto"
# The two packages that are generated whole; everything else in the distribution is written by hand.
GENERATED = ("tidewaiter", "buf")
SERVICE = re.compile(r"^service\s", re.MULTILINE)
DOCSTRINGS = {
    "tidewaiter": "Messages and stubs generated from the protos; nothing here is written by hand.",
    "buf": "The validation rules' own messages, generated so that Tidewaiter's messages can carry them.",
}


class CompileRefused(Exception):
    """The compiler did not accept the protos; the text is what it printed."""


def main(argv: Sequence[str] | None = None) -> int:
    """Generate, or with --check say what generating would change; 0 done or fresh, 1 stale or refused."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--protos", type=Path, default=PROTOS, help="folder of the sources")
    parser.add_argument("--out", type=Path, default=CONTRACTS, help="folder of the generated packages")
    parser.add_argument("--check", action="store_true", help="change nothing; fail when it would")
    parser.add_argument("--image", type=Path, help="write only the image that buf reads to this file")
    parser.add_argument("--bare", action="store_true", help="leave the comments out of the image")
    flags = parser.parse_args(argv)
    try:
        if flags.image is not None:
            write_image(protos=flags.protos, image=flags.image, comments=not flags.bare)
            return 0
        if flags.check:
            return report(stale_files(protos=flags.protos, contracts=flags.out))
        print("\n".join(refresh(protos=flags.protos, contracts=flags.out)) or "Generated code is already fresh.")
    except CompileRefused as refused:
        print(refused, file=sys.stderr)
        return 1
    return 0


def report(stale: Sequence[str]) -> int:
    """Print each stale file and what to do, and answer the exit status."""
    if not stale:
        return 0
    print("Generated code is not what protos/ says:", *stale, sep="\n  ", file=sys.stderr)
    print("Run `make protos` and commit what it changes.", file=sys.stderr)
    return 1


def stale_files(*, protos: Path, contracts: Path) -> list[str]:
    """The generated files that regenerating would add, remove or change, each with which of the three."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        generate(protos=protos, out=fresh)
        return [f"{path}: {what}" for path, what, _ in differences(fresh=fresh, contracts=contracts)]


def refresh(*, protos: Path, contracts: Path) -> list[str]:
    """Bring the generated packages up to date and name what changed; files that are right stay untouched."""
    changed: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        generate(protos=protos, out=fresh)
        for path, _, content in differences(fresh=fresh, contracts=contracts):
            target = contracts / path
            if content is None:
                target.unlink()
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            changed.append(f"{'removed' if content is None else 'wrote'} {path}")
    return changed


def differences(*, fresh: Path, contracts: Path) -> Iterator[tuple[str, str, bytes | None]]:
    """Each path that differs, what is wrong with it, and the content it should have (None: it should not exist)."""
    wanted = files_below(fresh)
    present = files_below(contracts)
    for path in sorted(wanted | present):
        if path not in wanted:
            yield path, "no source makes it", None
            continue
        content = (fresh / path).read_bytes()
        if path not in present:
            yield path, "is missing", content
        elif (contracts / path).read_bytes() != content:
            yield path, "differs", content


def files_below(contracts: Path) -> set[str]:
    """The files of the generated packages, relative to the distribution; caches left out."""
    return {
        path.relative_to(contracts).as_posix()
        for package in GENERATED
        for path in (contracts / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def generate(*, protos: Path, out: Path) -> None:
    """Write the generated packages below `out`, with an __init__.py at every level."""
    sources = source_names(protos)
    scripts = Path(sysconfig.get_path("scripts"))
    run_protoc(
        protos,
        [
            f"--python_out={out}",
            f"--plugin=protoc-gen-mypy={scripts / 'protoc-gen-mypy'}",
            f"--mypy_out=quiet:{out}",
            *sources,
            VALIDATE,
        ],
    )
    # A source without a service would get a module of stubs that stands empty.
    run_protoc(
        protos,
        [
            f"--grpc_python_out={out}",
            f"--plugin=protoc-gen-mypy_grpc={scripts / 'protoc-gen-mypy_grpc'}",
            f"--mypy_grpc_out=quiet:{out}",
            *(name for name in sources if SERVICE.search((protos / name).read_text(encoding="utf-8"))),
        ],
    )
    for name in GENERATED:
        for folder in [out / name, *(path for path in (out / name).rglob("*") if path.is_dir())]:
            folder.mkdir(exist_ok=True)
            docstring = DOCSTRINGS.get(folder.relative_to(out).as_posix(), "Generated; see the protos.")
            (folder / "__init__.py").write_text(f'"""{docstring}"""\n', encoding="utf-8")
        (out / name / "py.typed").touch()


def write_image(*, protos: Path, image: Path, comments: bool) -> None:
    """Write the FileDescriptorSet of all sources with their imports, which buf lints (with comments) and compares."""
    image.parent.mkdir(parents=True, exist_ok=True)
    details = ["--include_source_info"] if comments else []
    run_protoc(protos, [f"--descriptor_set_out={image}", "--include_imports", *details, *source_names(protos)])


def source_names(protos: Path) -> list[str]:
    """Every source, relative to `protos`, in a fixed order."""
    names = sorted(path.relative_to(protos).as_posix() for path in protos.glob("tidewaiter/*/v1/*.proto"))
    if not names:
        raise CompileRefused(f"{protos} holds no tidewaiter/<area>/v1/<area>.proto")
    return names


def run_protoc(protos: Path, arguments: Sequence[str]) -> None:
    """Run the compiler that grpcio-tools carries over our sources and the protos that installed wheels carry."""
    well_known = importlib.resources.files("grpc_tools") / "_proto"
    common = Path(status_pb2.__file__).parents[2]
    with tempfile.TemporaryDirectory() as folder:
        validate = Path(folder) / "validate.binpb"
        validate.write_bytes(validate_descriptor_set().SerializeToString(deterministic=True))
        finished = subprocess.run(
            [
                sys.executable,
                "-m",
                "grpc_tools.protoc",
                f"--proto_path={protos}",
                f"--proto_path={well_known}",
                f"--proto_path={common}",
                f"--descriptor_set_in={validate}",
                *arguments,
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    if finished.returncode != 0:
        raise CompileRefused(finished.stderr or finished.stdout)
    print(finished.stderr, end="", file=sys.stderr)


def validate_descriptor_set() -> FileDescriptorSet:
    """The descriptor of buf/validate/validate.proto that protovalidate runs with; its wheel carries no source."""
    from protovalidate import ViolationPb

    file = FileDescriptorProto.FromString(ViolationPb.desc().file.proto.to_binary())
    return FileDescriptorSet(file=[file])


if __name__ == "__main__":
    sys.exit(main())
