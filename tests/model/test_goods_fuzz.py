"""Whatever is written as a description is judged: no crash, no long call, no growing memory.

FUZZ_TEXTS=1000000 in the environment judges so many texts instead of a few.
"""

from __future__ import annotations

import os
import random
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator

from tidewaiter_goods.controlled import packaged_rules_content, read_controlled_goods
from tidewaiter_goods.headings import packaged_headings
from tidewaiter_goods.judge import packaged_judge
from tidewaiter_goods.stems import stems_of

TEXTS = int(os.environ.get("FUZZ_TEXTS", "1000"))
SEED = 11
SECONDS_MAX = 0.05
CACHED_MAX = 256
WORDS = "gift accessories women's knitted cotton cardigan tablet press 2pcs misc. N/A the of".split()
SIGNS = [*map(chr, range(32, 127)), *"éßжщ羊毛衫عرัก🎁\u0300\u200b\x00\ud800ﬀİ㎏"]


def texts(count: int, dice: random.Random) -> Iterator[str]:
    """Words of the trade, typing errors, every sign there is, and texts far longer than anybody reads."""
    makers: list[Callable[[], str]] = [
        lambda: " ".join(dice.choices(WORDS, k=dice.randrange(1, 12))),
        lambda: "".join(dice.choices(SIGNS, k=dice.choice([0, 1, 5, 20, 60]))),
        lambda: "".join(chr(dice.randrange(sys.maxunicode + 1)) for _ in range(dice.randrange(1, 40))),
        lambda: "".join(dice.choices(SIGNS, k=dice.choice([300, 1_000, 3_000]))),
    ]
    for _ in range(count):
        yield dice.choices(makers, [3, 3, 3, 1])[0]()


def test_any_text_is_judged_in_no_time_and_in_bounded_memory() -> None:
    judge, headings = packaged_judge(cached_max=CACHED_MAX), packaged_headings()
    controlled = read_controlled_goods(packaged_rules_content(), file="packaged", problems=[])
    dice = random.Random(SEED)
    slowest = held = 0.0
    tracemalloc.start()
    for number, text in enumerate(texts(TEXTS, dice)):
        if number == TEXTS // 2:
            held = tracemalloc.get_traced_memory()[0]
        began = time.thread_time()
        judge.judge(text)
        headings.doubt(stems_of(text), dice.choice(["6110202079", "85", "", "9x"]), weight_min=6_000)
        controlled.found(text, "8474.80", "CN")
        slowest = max(slowest, time.thread_time() - began)
    grown = tracemalloc.get_traced_memory()[0] - held
    tracemalloc.stop()

    assert slowest < SECONDS_MAX
    # The words met last are remembered too, up to a bound of their own.
    assert grown < 48 * 1024 * 1024
