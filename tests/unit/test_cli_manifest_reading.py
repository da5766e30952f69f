"""Manifests are read line by line: good lines become filings, bad ones say where and why, and the rest goes on."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import given, settings
from hypothesis import strategies as st
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_cli.reading.columns import COLUMNS, shown
from tidewaiter_cli.reading.line import LINE_BYTES_MAX, Line, read_lines
from tidewaiter_cli.reading.manifest_file import opened
from tidewaiter_cli.reading.table import read_table
from tidewaiter_cli.stopping import Stop

ROW = {
    "request_id": "r-1", "originator_code": "CARR01", "filer_type": "carrier", "tracking_number": "T1",
    "mode": "air", "estimated_arrival": "2025-08-28T10:00:00Z", "consignee_name": "Ann Lee",
    "consignee_address": "12 Main St | Apt 4", "item_description": "cotton shirt", "item_quantity": "1,200",
    "item_unit_value": "23.99", "item_currency": "USD", "known_seller": "yes", "gift": "",
}  # fmt: skip


def table(*rows: dict[str, str], columns: list[str] | None = None) -> list[Line]:
    names = columns or list(dict.fromkeys(name for row in rows for name in row))
    lines = [",".join(names), *(",".join(quoted(row.get(name, "")) for name in names) for row in rows)]
    return list(read_table(io.StringIO("\r\n".join(lines) + "\r\n", newline="")))


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set(',"\n') else cell


def only(lines: list[Line]) -> trade_pb2.Filing:
    (line,) = lines
    assert [] == line.bad
    assert line.filing is not None
    return line.filing


def problems(lines: list[Line]) -> list[str]:
    return [str(bad) for line in lines for bad in line.bad]


def read(text: bytes) -> list[Line]:
    return list(read_lines(io.BytesIO(text)))


def test_json_lines_are_numbered_and_blank_ones_are_passed_over() -> None:
    lines = read(b'\xef\xbb\xbf{"requestId": "a"}\n\n  \r\n{"requestId": "b"}\r\n{"requestId": "c"}')

    assert [(1, "a"), (4, "b"), (5, "c")] == [
        (line.number, line.filing.request_id) for line in lines if line.filing is not None
    ]


def test_a_bad_json_line_is_reported_and_the_rest_goes_on() -> None:
    lines = read(b'{"requestId": "a"}\n{"items": [{"quantity": "x"}]}\n{\n{"requestId": "b"}\n')

    assert [1, 2, 3, 4] == [line.number for line in lines]
    assert "line 2: items[0].quantity: must be a whole number of 64 bits" == problems(lines)[0]
    assert problems(lines)[1].startswith("line 3: must be one JSON object")
    assert ["a", "b"] == [line.filing.request_id for line in lines if line.filing is not None]


def test_a_line_without_end_costs_no_memory_and_only_itself() -> None:
    lines = read(b'{"requestId": "' + b"x" * (3 * LINE_BYTES_MAX) + b'"}\n{"requestId": "b"}\n')

    assert [f"line 1: is longer than {LINE_BYTES_MAX} bytes"] == problems(lines)
    assert 2 == lines[1].number
    assert lines[1].filing is not None


def test_a_row_becomes_a_filing() -> None:
    assert {
        "requestId": "r-1",
        "originatorCode": "CARR01",
        "filerType": "FILER_TYPE_CARRIER",
        "trackingNumber": "T1",
        "mode": "TRANSPORT_MODE_AIR",
        "estimatedArrival": "2025-08-28T10:00:00Z",
        "consignee": {"name": "Ann Lee", "addressLines": ["12 Main St", "Apt 4"]},
        "items": [
            {
                "description": "cotton shirt",
                "quantity": "1200",
                "unitValue": {"currencyCode": "USD", "units": "23", "nanos": 990_000_000},
            }
        ],
        "knownSeller": True,
    } == MessageToDict(only(table(ROW)))


def test_every_column_is_read_into_the_field_that_it_names() -> None:
    cells = {
        "filer_type": "BROKER", "mode": "transport_mode_mail", "estimated_arrival": "2025-08-28T10:00:00Z",
        "item_quantity": "2", "item_unit_value": "0.01", "item_weight_grams": "5", "item_picture_sha256": "ab" * 32,
        "listed_price": "1", "known_seller": "1", "security_scan_performed": "TRUE", "known_carrier_customer": "y",
        "gift": "yes", "item_flags": "quota | partner-agency",
    }  # fmt: skip
    filing = only(table({name: cells.get(name, f"x-{name}") for name in COLUMNS}))
    flat = json.dumps(MessageToDict(filing))

    for name in COLUMNS:
        assert name in cells or f"x-{name}" in flat
    fields = {field.name for field, _ in filing.ListFields()} | {
        f"items.{f.name}" for f, _ in filing.items[0].ListFields()
    }
    expected = {field.name for field in trade_pb2.Filing.DESCRIPTOR.fields}
    assert expected | {f"items.{field.name}" for field in trade_pb2.LineItem.DESCRIPTOR.fields} == fields


def test_rows_of_one_request_id_are_the_lines_of_goods_of_one_filing() -> None:
    more = {"request_id": "r-1", "item_description": "wool scarf", "item_quantity": "2"}
    lines = table(ROW, more, {**ROW, "request_id": "r-2"})

    assert [2, 4] == [line.number for line in lines]
    assert ["cotton shirt", "wool scarf"] == [item.description for item in lines[0].filing.items]  # type: ignore[union-attr]


def test_a_further_row_that_contradicts_the_first_is_refused() -> None:
    lines = table(ROW, {**ROW, "consignee_name": "Bob", "item_description": "scarf"})

    assert ["line 3: consignee: differs from the first row of this request_id"] == problems(lines)


def test_goods_beyond_what_a_filing_holds_are_refused_once() -> None:
    lines = table(*[ROW] * 300)

    assert ["line 252: items: a filing has at most 250 lines of goods"] == problems(lines)


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"item_unit_value": "$23"}, "item_unit_value: '$23' must be an amount such as 23.99, without a currency sign"),
        ({"item_unit_value": "NaN"}, "item_unit_value: 'NaN' must be an amount such as 23.99"),
        (
            {"item_unit_value": "0.0000000001"},
            "item_unit_value: '0.0000000001' must have at most 9 digits after the point",
        ),
        ({"item_quantity": "two"}, "item_quantity: 'two' must be a whole number"),
        ({"gift": "maybe"}, "gift: 'maybe' must be yes or no"),
        ({"item_picture_sha256": "xy"}, "item_picture_sha256: 'xy' must be hex digits"),
        (
            {"estimated_arrival": "28/08/2025"},
            "estimated_arrival: '28/08/2025' must be a time such as 2025-08-28T10:00:00Z",
        ),
    ],
)
def test_a_bad_cell_names_its_column_and_shows_its_content(cells: dict[str, str], problem: str) -> None:
    assert [f"line 2: {problem}"] == problems(table(ROW | cells))


def test_all_bad_cells_of_a_row_are_reported_at_once_each_with_its_column() -> None:
    bad = {"mode": "balloon", "filer_type": "unspecified", "estimated_arrival": "noon", "gift": "maybe"}

    assert {
        "line 2: mode: 'balloon' must be one of AIR, TRUCK, RAIL, OCEAN, MAIL",
        "line 2: filer_type: 'unspecified' must be one of "
        "CARRIER, BROKER, FREIGHT_FORWARDER, ONLINE_MARKETPLACE, LOGISTICS_PLATFORM",
        "line 2: estimated_arrival: 'noon' must be a time such as 2025-08-28T10:00:00Z",
        "line 2: gift: 'maybe' must be yes or no",
    } == set(problems(table(ROW | bad)))


def test_a_currency_without_an_amount_is_no_amount_of_zero() -> None:
    filing = only(table(ROW | {"item_unit_value": "", "listed_price_currency": "USD"}))

    assert not filing.items[0].HasField("unit_value")
    assert not filing.HasField("listed_price")


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("request_id,tracking_nmber", "no column 'tracking_nmber'"),
        ("request_id,request_id", "column request_id is there twice"),
        ("", "the manifest is empty"),
    ],
)
def test_a_header_that_cannot_be_meant_stops_everything(header: str, problem: str) -> None:
    with pytest.raises(Stop, match=problem):
        list(read_table(io.StringIO(header, newline="")))


def test_a_row_with_too_few_cells_and_a_torn_one_cost_only_themselves() -> None:
    text = 'request_id,order_id\r\na\r\nb,"x"y\r\nc,o\r\n'
    lines = list(read_table(io.StringIO(text, newline="")))

    assert "line 2: has 1 cells, the header has 2" == problems(lines)[0]
    assert problems(lines)[1].startswith("line 3: cannot be read as CSV")
    assert ["c"] == [line.filing.request_id for line in lines if line.filing is not None]


def test_what_is_no_utf8_costs_only_its_line(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_bytes(b"request_id,order_id\na,\xff\nb,o\n")
    with opened(f"{path}", format=None) as manifest:
        lines = list(manifest.lines())

    assert ["line 2: must be UTF-8; save the table as CSV in UTF-8"] == problems(lines)
    assert lines[1].filing is not None
    assert path.stat().st_size == manifest.bytes_total


@given(st.decimals(min_value=0, max_value=10_000_000, places=2))
@settings(max_examples=100)
def test_an_amount_is_read_exactly(amount: object) -> None:
    money = only(table(ROW | {"item_unit_value": f"{amount}"})).items[0].unit_value

    assert f"{amount}" == f"{money.units}.{money.nanos // 10_000_000:02d}"


def test_the_ending_of_the_name_says_what_it_is_or_the_option_does(tmp_path: Path) -> None:
    path = tmp_path / "m.txt"
    path.write_bytes(b'{"requestId": "a"}\n')
    with opened(f"{path}", format="jsonl") as manifest:
        assert 1 == len(list(manifest.lines()))

    with pytest.raises(Stop, match="does not say what it is"), opened(f"{path}", format=None):
        pass
    with pytest.raises(Stop, match="cannot be read"), opened(f"{tmp_path / 'none.csv'}", format=None):
        pass


def test_a_refused_cell_is_shown_and_cut() -> None:
    (told,) = problems(table({**ROW, "filer_type": "CARRIR"}))
    assert told.startswith("line 2: filer_type: 'CARRIR' must be one of CARRIER, ")

    (told,) = problems(table({**ROW, "item_quantity": "x" * 1_000}))
    assert told == f"line 2: item_quantity: '{'x' * 40}' must be a whole number"


def test_a_cell_about_a_person_is_never_shown() -> None:
    parties = [name for name in COLUMNS if name.startswith(("seller_name", "shipper_", "buyer_", "consignee_"))]

    assert {""} == {shown(COLUMNS[name], "Ann Lee") for name in parties}
