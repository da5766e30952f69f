"""Leaves: canonical, complete, readable for ever, and without anyone in them."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from tidewaiter.trade.v1 import trade_pb2 as trade
from tidewaiter_audit import facts, leaf
from tidewaiter_audit.model import Submission
from tidewaiter_audit.wire.from_facts import fill
from tidewaiter_audit.wire.into_facts import decision_from, personal_from, shipment_from
from tidewaiter_chassis.failures import Failure

from tests.audit_records import CANARY, decision, fill_every_field, reason, shipment, submission

SALT = bytes(32)
FIRST = leaf.Trail(number=1)

PARTIES = ("seller", "shipper", "buyer", "consignee")


def fact_classes() -> list[type[facts.Fact]]:
    return [one for one in vars(facts).values() if isinstance(one, type) and issubclass(one, facts.Fact)]


def written_of(given_in: Submission, *, salt: bytes = SALT, trail: leaf.Trail = FIRST) -> leaf.Placed:
    return leaf.place(leaf.draft(given_in, salt=salt), trail)


def placed_of(view: trade.Shipment, made: trade.Decision, *, trail: leaf.Trail = FIRST) -> leaf.Placed:
    given_in = Submission(decision=decision_from(made), shipment=shipment_from(view), personal=personal_from(view))
    return written_of(given_in, trail=trail)


def every_field_set() -> tuple[trade.Decision, trade.Shipment]:
    made, view = trade.Decision(), trade.Shipment()
    fill_every_field(made)
    fill_every_field(view)
    return made, view


def test_the_second_form_of_a_leaf_never_changes() -> None:
    """Frozen: whoever changes a byte of this makes a new kind of leaf, or every old receipt loses its meaning."""
    view = shipment(items=[trade.LineItem(description='a "quoted" shirt\n', quantity=2)], gift=True)
    made = decision(reasons=[], eligibility=None, risk=None, versions=None, degraded=True)

    written = placed_of(view, made, trail=leaf.Trail(number=2, previous_hash="ab" * 32, previous_index=7)).leaf

    assert (
        '{"decision":{"decided_at":"2025-01-15T12:00:00.123456Z","decision_id":"01J8Z000000000000000000001-1",'
        '"degraded":true,"entry_path":"ENTRY_PATH_SECTION_321_MANIFEST","filings":["CARR1/r-1"],'
        '"outcome":"OUTCOME_RELEASE","revision":1,"shipment_id":"01J8Z000000000000000000001"},'
        '"kind":"tidewaiter.decision/v2",'
        f'"personal_sha256":"{sha256(SALT + personal_from(view)).hexdigest()}",'
        '"shipment":{"country_of_shipment":"DE","estimated_arrival":"2025-01-15T12:00:00Z","gift":true,'
        '"items":[{"description":"a \\"quoted\\" shirt\\n","quantity":2}],"mode":"TRANSPORT_MODE_AIR","revision":1,'
        '"shipment_id":"01J8Z000000000000000000001","tracking_number":"1Z000000001"},'
        f'"trail":{{"number":2,"previous_hash":"{"ab" * 32}","previous_index":7}}}}'
    ) == written.decode()


def test_the_same_submission_under_the_same_salt_gives_the_same_bytes() -> None:
    assert leaf.draft(submission(), salt=SALT) == leaf.draft(submission(), salt=SALT)


def test_a_leaf_of_the_first_form_is_read_for_ever() -> None:
    """As release 0.1.0 wrote it, before leaves had trails."""
    written = (
        b'{"decision":{"decision_id":"01J8Z000000000000000000001-1","outcome":"OUTCOME_RELEASE","revision":1,'
        b'"shipment_id":"01J8Z000000000000000000001"},"kind":"tidewaiter.decision/v1","personal_sha256":"00",'
        b'"shipment":{"revision":1,"shipment_id":"01J8Z000000000000000000001"}}'
    )

    assert "OUTCOME_RELEASE" == leaf.read(written).decision.outcome
    assert leaf.is_canonical(written)
    assert (True, None) == (leaf.outline_of(written).is_decision, leaf.outline_of(written).trail)


@pytest.mark.parametrize(("kind", "trail"), [("v1", ',"trail":{"number":1}'), ("v2", "")])
def test_a_trail_stands_in_the_second_form_and_in_no_other(kind: str, trail: str) -> None:
    written = placed_of(shipment(), decision()).leaf.replace(b',"trail":{"number":1}', trail.encode())

    with pytest.raises(ValueError, match="has a trail"):
        leaf.read(written.replace(b"decision/v2", f"decision/{kind}".encode()))


def test_an_erasure_and_a_statement_of_heads_are_entries_of_their_own_kinds() -> None:
    erasure = leaf.Erasure(author="ops", reason="art. 17", request_id="r-1", shipment_id="S1")
    heads = leaf.Heads(root="cd" * 32, shipments=3, tree_size=9)

    erased, stated = leaf.place(leaf.draft_erasure(erasure), FIRST), leaf.place(leaf.draft_heads(heads), None)

    assert (
        b'{"erasure":{"author":"ops","reason":"art. 17","request_id":"r-1","shipment_id":"S1"},'
        b'"kind":"tidewaiter.erasure/v1","trail":{"number":1}}'
    ) == erased.leaf
    assert (
        f'{{"heads":{{"root":"{"cd" * 32}","shipments":3,"tree_size":9}},"kind":"tidewaiter.heads/v1"}}'.encode()
    ) == stated.leaf
    assert all(leaf.is_canonical(one.leaf) for one in (erased, stated))
    assert ["erasure/r-1/S1", "heads/9"] == [leaf.outline_of(one.leaf).entry_id for one in (erased, stated)]
    assert ["S1", ""] == [leaf.outline_of(one.leaf).shipment_id for one in (erased, stated)]


def test_the_longest_trail_has_room_in_every_leaf() -> None:
    longest = leaf.Trail(number=2**63 - 1, previous_hash="f" * 64, previous_index=2**63 - 2)
    draft = leaf.draft(submission(), salt=SALT)

    assert len(leaf.place(draft, longest).leaf) - len(draft.body) <= leaf.TRAIL_BYTES_MAX


def test_another_salt_hides_the_same_parties_behind_another_commitment() -> None:
    one, other = written_of(submission()), written_of(submission(), salt=bytes([1]) * 32)

    assert one.draft.personal == other.draft.personal
    assert leaf.outline_of(one.leaf).personal_sha256 != leaf.outline_of(other.leaf).personal_sha256


@given(text=some.text(), number=some.integers(min_value=-(2**53) + 1, max_value=2**53 - 1))
@settings(max_examples=200, deadline=None)
def test_any_json_writer_that_sorts_its_keys_writes_the_same_bytes(text: str, number: int) -> None:
    plain = submission(reasons=[reason(detail=text)]).decision
    made = msgspec.structs.replace(plain, revision=number, filings=(text, text))
    written = written_of(Submission(decision=made, shipment=submission().shipment, personal=b"")).leaf

    again = json.dumps(json.loads(written), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    assert again.encode() == written
    assert leaf.is_canonical(written)


@pytest.mark.parametrize("written", [b" {}", b'{"b":1,"a":2}'])
def test_what_is_no_leaf_is_refused(written: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        leaf.read(written)


def test_a_leaf_written_in_another_order_is_not_canonical() -> None:
    written = written_of(submission()).leaf
    kind = f'"kind":"{leaf.KIND}",'.encode()

    moved = b"{" + kind + written.replace(kind, b"")[1:]

    assert leaf.read(written) == leaf.read(moved)
    assert not leaf.is_canonical(moved)


@pytest.mark.parametrize("fact", fact_classes(), ids=lambda fact: fact.__name__)
def test_facts_stand_in_the_order_in_which_they_are_written(fact: type[facts.Fact]) -> None:
    names = [field.encode_name for field in msgspec.structs.fields(fact)]

    assert sorted(names) == names


def test_no_field_of_the_contract_is_missing_from_the_leaf() -> None:
    made, view = every_field_set()

    content = leaf.read(placed_of(view, made).leaf)

    back, back_view = trade.Decision(), trade.Shipment()
    fill(back, content.decision)
    fill(back_view, content.shipment)
    for role in PARTIES:
        view.ClearField(role)  # type: ignore[arg-type]  # the stub knows each name by itself
    assert made == back
    assert view == back_view


def test_what_was_absent_comes_back_absent_and_what_was_empty_comes_back_empty() -> None:
    made = decision(eligibility=trade.EligibilityFinding(), risk=None)

    back = trade.Decision()
    fill(back, leaf.read(placed_of(shipment(), made).leaf).decision)

    assert back.HasField("eligibility")
    assert not back.HasField("risk")
    assert made == back


def test_no_party_is_in_the_leaf_and_all_are_beside_it() -> None:
    written = placed_of(shipment(), decision())

    kept = trade.Shipment.FromString(written.draft.personal)

    assert CANARY not in json.dumps(json.loads(written.leaf), ensure_ascii=False)
    assert b"Canary" not in written.leaf
    assert [role for role in PARTIES if CANARY in getattr(kept, role).name] == list(PARTIES)
    assert [*PARTIES] == [field.name for field, _ in kept.ListFields()]


def test_no_message_of_the_contract_but_parties_is_kept_out_of_the_leaf() -> None:
    """A new party-like field must be thought about: this fails until it is."""
    personal = [
        field.name
        for field in trade.Shipment.DESCRIPTOR.fields
        if field.message_type is not None and field.message_type.name == "Party"
    ]

    assert sorted(PARTIES) == sorted(personal)


def test_the_commitment_opens_with_its_salt_and_parties_only() -> None:
    written = written_of(submission())
    outline = leaf.outline_of(written.leaf)

    assert leaf.opens(outline, salt=SALT, personal=written.draft.personal)
    assert not leaf.opens(outline, salt=bytes([1]) + SALT[1:], personal=written.draft.personal)
    assert not leaf.opens(outline, salt=SALT, personal=written.draft.personal + b"\0")
    assert sha256(SALT + written.draft.personal).hexdigest() == outline.personal_sha256


def with_goods(characters: int) -> Submission:
    view = shipment(items=[trade.LineItem(description="x" * characters, quantity=1)])
    return Submission(decision=submission().decision, shipment=shipment_from(view), personal=b"")


def leaf_bytes_without_goods() -> int:
    return len(leaf.draft(with_goods(0), salt=SALT).body) + len('"description":"",')


@pytest.mark.parametrize(("beyond", "beside"), [(-1, False), (0, False), (1, True)])
def test_goods_move_beside_the_log_when_the_leaf_would_not_fit_into_an_entry_bundle(beyond: int, beside: bool) -> None:
    room = leaf.LEAF_BYTES_MAX - leaf.TRAIL_BYTES_MAX - leaf_bytes_without_goods()

    written = written_of(with_goods(room + beyond))
    content = leaf.read(written.leaf)

    assert len(written.leaf) <= leaf.LEAF_BYTES_MAX
    assert beside == bool(written.draft.goods)
    assert leaf.has_goods(leaf.outline_of(written.leaf), written.draft.goods)
    if beside:
        assert (1, ()) == (content.shipment.items_count, content.shipment.items)
        assert with_goods(room + beyond).shipment.items == leaf.read_goods(written.draft.goods)
        assert not leaf.has_goods(leaf.outline_of(written.leaf), b"")
        assert not leaf.has_goods(leaf.outline_of(written.leaf), written.draft.goods + b" ")


def test_a_decision_too_long_even_without_its_goods_is_refused() -> None:
    with pytest.raises(Failure) as refused:
        leaf.draft(submission(reasons=[reason(detail="x" * leaf.LEAF_BYTES_MAX)]), salt=SALT)

    assert "LEAF_TOO_LARGE" == refused.value.reason


@pytest.mark.parametrize(
    ("nanos", "text"),
    [
        (0, "2025-01-15T12:00:00Z"),
        (1, "2025-01-15T12:00:00.000000001Z"),
        (1_000, "2025-01-15T12:00:00.000001Z"),
        (120_000_000, "2025-01-15T12:00:00.120Z"),
        (999_999_999, "2025-01-15T12:00:00.999999999Z"),
    ],
)
def test_times_are_written_as_protobuf_writes_them(nanos: int, text: str) -> None:
    made: Any = decision()
    made.decided_at.nanos = nanos

    assert text == decision_from(made).decided_at
    assert text == made.decided_at.ToJsonString()
