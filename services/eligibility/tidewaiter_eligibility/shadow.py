"""A law beside the one in force: every shipment is judged by both, and counted by what each says.

What it finds is never returned unless asked, and never kept. Shipments are compared by themselves, their person-days
left aside: the ledger is that of the law in force.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from tidewaiter_eligibility.judge import judge
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.model import Finding, Shipment, Verdict

Count = Callable[[Verdict, Verdict, int], None]


class Shadow:
    """Judges by `law` and `shadow`, and tells `count` how many got which two verdicts, that of the shadow second."""

    def __init__(
        self, *, law: Law, shadow: Law, check: Callable[[Sequence[Shipment], str], list[Finding]], count: Count
    ) -> None:
        self._law = law
        self.law = shadow
        self._check = check
        self._count = count

    def compare(self, shipments: Iterable[Shipment]) -> None:
        """Count them by their two verdicts."""
        verdicts = Counter(
            (judge(shipment, law=self._law).verdict, judge(shipment, law=self.law).verdict) for shipment in shipments
        )
        for (verdict, shadow_verdict), number in verdicts.items():
            self._count(verdict, shadow_verdict, number)

    def check(self, shipments: Sequence[Shipment], snapshot: str) -> list[Finding]:
        """What the shadow law finds, by the state of the ledger that an answer named."""
        return self._check(shipments, snapshot)
