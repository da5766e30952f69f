"""The published vectors of proofs, good and bad, get the answer they were published with."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tidewaiter_tlog.errors import ProofInvalid
from tidewaiter_tlog.proof import root_from_inclusion, verify_consistency, verify_inclusion, verify_inclusions


def test_every_inclusion_vector_is_answered_as_published(shared_data: Path) -> None:
    answers = []
    for name, vector in vectors(shared_data / "tlog" / "rfc6962" / "inclusion"):
        index, size, proof = vector["leafIdx"], vector["treeSize"], proof_of(vector)
        leaf, root = b64decode(vector["leafHash"]), b64decode(vector["root"])
        answers.append((name, vector["wantErr"], refuses(verify_inclusion, index, size, leaf, proof, root)))
        answers.append((name, vector["wantErr"], refuses(verify_inclusions, [index], size, [leaf], [proof], root)))
    check(answers)


def test_every_consistency_vector_is_answered_as_published(shared_data: Path) -> None:
    answers = []
    for name, vector in vectors(shared_data / "tlog" / "rfc6962" / "consistency"):
        roots = b64decode(vector["root1"]), b64decode(vector["root2"])
        found = refuses(verify_consistency, vector["size1"], vector["size2"], proof_of(vector), *roots)
        answers.append((name, vector["wantErr"], found))
    check(answers)


def test_a_good_inclusion_vector_leads_to_its_root(shared_data: Path) -> None:
    for _, vector in vectors(shared_data / "tlog" / "rfc6962" / "inclusion"):
        if not vector["wantErr"]:
            leaf = b64decode(vector["leafHash"])
            found = root_from_inclusion(vector["leafIdx"], vector["treeSize"], leaf, proof_of(vector))
            assert b64decode(vector["root"]) == found


def vectors(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(folder.rglob("*.json")):
        yield str(path.relative_to(folder)), json.loads(path.read_text(encoding="utf-8"))


def proof_of(vector: dict[str, Any]) -> list[bytes]:
    return [b64decode(line) for line in vector["proof"] or []]


def refuses(verify: Callable[..., None], *arguments: Any) -> bool:
    try:
        verify(*arguments)
    except ProofInvalid:
        return True
    return False


def check(answers: list[tuple[str, bool, bool]]) -> None:
    assert {True, False} == {wanted for _, wanted, _ in answers}
    assert [] == [name for name, wanted, found in answers if wanted != found]
