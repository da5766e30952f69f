"""What risk tells over its real server of earlier shipments, of values filed before, and of shadow scorecards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis.failures import Failure
from tidewaiter_chassis.telemetry import Telemetry
from tidewaiter_goods.values import Gathering
from tidewaiter_risk.scorecard.load import PACKAGED_DIR, SCORECARD_FILE

from tests.risk_service import assessment, batch, points_of, serving


async def test_what_earlier_shipments_show_is_told_with_the_shipments_and_outlives_a_restart(tmp_path: Path) -> None:
    lot: dict[str, Any] = {"order_id": "O-1", "revision": 1}
    async with serving(tmp_path) as stub:
        await stub.AssessRisk(batch(assessment("a", **lot), assessment("p", what_if=True, **lot)))
    async with serving(tmp_path) as stub:
        first = await stub.AssessRisk(batch(assessment("b", **lot)))
        later = await stub.AssessRisk(batch(assessment("c", **lot)))
        again = await stub.AssessRisk(batch(assessment("b", **lot)))

    (contribution,) = first.results[0].finding.contributions
    assert ("history.split", trade_pb2.REASON_CODE_ORDER_SPLIT) == (contribution.signal, contribution.reason.code)
    assert ["a"] == list(contribution.shipment_ids)
    assert ["b", "a"] == list(later.results[0].finding.contributions[0].shipment_ids)
    assert first == again


async def test_a_shadow_scorecard_is_counted_and_changes_no_answer(tmp_path: Path) -> None:
    folder = tmp_path / "shadow"
    folder.mkdir()
    text = (PACKAGED_DIR / SCORECARD_FILE).read_text(encoding="utf-8")
    stricter = text.replace("score = 100", "score = 30", 1).replace('name = "second"', 'name = "third"')
    (folder / SCORECARD_FILE).write_text(stricter, encoding="utf-8")
    telemetry = Telemetry.for_tests("risk")
    tools = trade_pb2.LineItem(description="tools", quantity=1)
    async with (
        serving(tmp_path / "a") as stub,
        serving(tmp_path / "b", telemetry=telemetry, shadow_scorecard_dirs=str(folder)) as shadowed,
    ):
        request = batch(assessment("a"), assessment("b", items=[tools]))
        assert await stub.AssessRisk(request) == await shadowed.AssessRisk(request)

    counted = [
        (point.attributes["scorecard"], point.attributes["action"], point.attributes["shadow_action"], point.value)
        for point in points_of(telemetry, "tidewaiter.risk.shadow.assessed")
    ]
    assert [("third", "NONE", "NONE", 1), ("third", "NONE", "REVIEW", 1)] == sorted(counted)
    telemetry.stop()


@pytest.mark.parametrize(("content", "why"), [(None, "cannot be read"), (b"{}", "is no file of values")])
async def test_values_that_cannot_be_used_stop_the_start(tmp_path: Path, content: bytes | None, why: str) -> None:
    file = tmp_path / "values.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Failure, match=f"VALUES_REFUSED.*{why}"):
        async with serving(tmp_path, values_file=str(file)):
            pass


async def test_a_low_value_is_told_with_the_percentile_and_the_sample(tmp_path: Path) -> None:
    gathering = Gathering()
    for dollars in range(21, 121):
        gathering.add(("611020", "VN", "USD"), dollars * 10**9)
    for dollars in range(3):
        gathering.add(("611030", "VN", "USD"), dollars * 10**9)
    file = tmp_path / "values.json"
    file.write_bytes(gathering.written(built="2026-11-24", count_min=1))
    few = assessment("b")
    few.shipment.items[0].hts_code = "6110302079"
    async with serving(tmp_path, values_file=str(file)) as stub:
        response = await stub.AssessRisk(batch(assessment("a"), few))

    (low,), (abstained,) = [result.finding.contributions for result in response.results]
    assert ("value.undervalued", 45, trade_pb2.REASON_CODE_VALUE_LOW) == (low.signal, low.points, low.reason.code)
    assert (
        "The unit value stands at percentile 0 of 100 values filed before for 611020 from VN in USD."
        == low.reason.detail
    )
    assert low.data_version.startswith("values 2026-11-24 ")
    assert (0, trade_pb2.REASON_CODE_NO_SIGNAL) == (abstained.points, abstained.reason.code)
    assert "Not judged: 3 values of such goods are known, and 30 are needed." == abstained.reason.detail
