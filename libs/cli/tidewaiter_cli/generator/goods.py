"""What is in the parcels: retail wording, HTSUS number, origins, prices in cents, weights in grams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Goods:
    """One kind of goods; `origins` are where it is usually made, prices and weights are of one unit."""

    description: str
    hts_code: str
    origins: tuple[str, ...]
    cents: tuple[int, int]
    grams: tuple[int, int]


_ASIA: Final = ("CN", "CN", "VN", "CN")
_TEXTILE: Final = ("CN", "BD", "VN", "IN", "TR", "PK")
_EUROPE: Final = ("DE", "IT", "FR", "GB")

CATALOGUE: Final = (
    Goods("women's short-sleeved T-shirt of knitted cotton, size M", "6109.10", _TEXTILE, (590, 3400), (120, 220)),
    Goods("men's five-pocket trousers of blue cotton denim", "6203.42", _TEXTILE, (1900, 8900), (480, 760)),
    Goods("women's wide-leg trousers of woven linen", "6204.69", _TEXTILE, (2400, 7900), (260, 420)),
    Goods("child's hooded rain jacket of coated polyester", "6201.40", _TEXTILE, (1500, 5200), (240, 420)),
    Goods("five pairs of ankle socks, 80% cotton", "6115.95", ("CN", "TR", "PK"), (690, 2100), (140, 230)),
    Goods("ribbed winter scarf of knitted merino wool", "6117.10", ("GB", "IT", "CN"), (1900, 9900), (120, 260)),
    Goods("men's running shoes, textile uppers, rubber soles", "6404.11", ("VN", "CN"), (3500, 15900), (620, 980)),
    Goods("women's sandals with plastic straps", "6402.99", _ASIA, (990, 3900), (320, 560)),
    Goods("ankle boots with leather uppers, side zip", "6403.91", ("IT", "PT", "VN"), (5900, 24900), (900, 1500)),
    Goods("shoulder bag of polyurethane with two compartments", "4202.22", _ASIA, (1200, 6900), (380, 820)),
    Goods("hand-stitched card holder of calf leather", "4202.31", ("IT", "FR", "IN"), (2900, 12900), (60, 110)),
    Goods("polarised sunglasses with acetate frame", "9004.10", ("CN", "IT"), (890, 15900), (60, 120)),
    Goods("plated brass earrings with glass stones", "7117.19", ("CN", "IN", "KR"), (390, 2400), (12, 40)),
    Goods("necklace of sterling silver with pendant", "7113.11", ("TH", "IN", "MX"), (2200, 18900), (15, 60)),
    Goods("digital wrist watch with silicone strap", "9102.12", ("CN", "JP"), (1500, 8900), (60, 130)),
    Goods("over-ear wireless headphones with microphone", "8517.62", ("CN", "VN"), (1900, 19900), (240, 420)),
    Goods("USB-C wall charger, 65 W, two outlets", "8504.40", _ASIA, (990, 3900), (110, 190)),
    Goods("power bank with lithium-ion cells, 10,000 mAh", "8507.60", ("CN",), (1300, 4900), (200, 320)),
    Goods("mechanical computer keyboard, 75 keys", "8471.60", ("CN",), (3900, 16900), (780, 1150)),
    Goods("action camera with waterproof housing", "8525.89", ("CN", "VN"), (6900, 42900), (140, 260)),
    Goods("LED desk lamp of aluminium, dimmable", "9405.21", _ASIA, (1800, 7900), (620, 1200)),
    Goods("string of LED lights for indoor use, 10 m", "9405.31", ("CN",), (690, 1900), (180, 340)),
    Goods("wooden building blocks for children, 80 pieces", "9503.00", ("CN", "DE", "VN"), (1200, 5900), (900, 1600)),
    Goods("jigsaw puzzle of cardboard, 1,000 pieces", "9503.00", ("DE", "PL", "CN"), (990, 2600), (520, 820)),
    Goods("plush bear of polyester, 30 cm", "9503.00", ("CN", "VN"), (890, 3400), (180, 360)),
    Goods("handheld video game console with 2.8-inch screen", "9504.50", ("CN", "JP"), (3900, 29900), (180, 420)),
    Goods("yoga mat of natural rubber, 4 mm", "9506.91", ("CN", "IN"), (1900, 8900), (1500, 2600)),
    Goods("carbon fibre fishing rod, two sections", "9507.10", ("CN", "JP", "KR"), (2900, 24900), (180, 340)),
    Goods(
        "duvet cover and pillow case of printed cotton",
        "6302.21",
        ("TR", "PT", "IN", "CN"),
        (2900, 13900),
        (900, 1700),
    ),
    Goods("bath towel of cotton terry, 70 x 140 cm", "6302.60", ("TR", "IN", "PK"), (890, 3900), (420, 700)),
    Goods("fleece blanket of 100% polyester, 130 x 170 cm", "6301.40", ("CN",), (990, 3400), (480, 800)),
    Goods("porcelain tea cups, set of four", "6911.10", ("JP", "CN", "DE"), (1900, 8900), (800, 1400)),
    Goods("kitchen knife of stainless steel, 20 cm blade", "8211.92", ("JP", "DE", "CN"), (1900, 18900), (160, 300)),
    Goods("stainless steel vacuum flask, 500 ml", "9617.00", ("CN", "JP"), (1200, 4900), (280, 420)),
    Goods("stove-top coffee maker of aluminium", "7615.10", ("IT", "CN"), (1900, 5900), (480, 800)),
    Goods("electric hair dryer, 1,800 W", "8516.31", ("CN",), (1900, 9900), (420, 780)),
    Goods("face cream with hyaluronic acid, 50 ml", "3304.99", ("KR", "FR", "JP"), (900, 6900), (110, 220)),
    Goods("solid shampoo bar, 100 g", "3305.10", ("FR", "GB", "KR"), (590, 1900), (110, 150)),
    Goods("scented candle of soy wax in a glass", "3406.00", ("GB", "FR", "CN"), (1200, 5400), (300, 620)),
    Goods("printed book, hardcover, 320 pages", "4901.99", ("GB", "DE", "JP", "ES"), (990, 4900), (420, 900)),
    Goods("bound notebook with dotted pages, A5", "4820.10", ("DE", "JP", "CN"), (690, 2900), (220, 380)),
    Goods("fountain pen with steel nib", "9608.30", ("JP", "DE", "IN"), (1500, 18900), (25, 60)),
    Goods("nylon-string guitar with spruce top", "9202.90", ("ES", "CN", "MX"), (12900, 64900), (1600, 2400)),
    Goods("cordless drill with two batteries, 18 V", "8467.21", ("CN", "DE"), (4900, 22900), (1700, 2600)),
    Goods("bicycle derailleur of aluminium alloy", "8714.99", ("JP", "CN"), (2900, 24900), (260, 420)),
    Goods("car door mirror housing of ABS plastic, left", "8708.29", ("CN", "DE"), (1900, 12900), (300, 620)),
    Goods("green tea leaves, 200 g tin", "0902.10", ("JP", "CN"), (900, 5900), (240, 320)),
    Goods("milk chocolate bars with hazelnuts, 12 x 100 g", "1806.32", ("DE", "BE", "CH"), (1500, 4900), (1250, 1400)),
    Goods("ceramic plant pot with drainage hole, 15 cm", "6913.90", ("VN", "CN", "MX"), (890, 3900), (700, 1500)),
    Goods("embroidered table runner of cotton", "6302.51", ("MX", "IN"), (1500, 6900), (160, 320)),
)
"""Descriptions that say what it is, of what and for what, as the rules ask."""

DEAR: Final = tuple(goods for goods in CATALOGUE if goods.cents[1] >= 15_000)
"""Goods that can alone make a parcel worth hundreds of dollars."""

EXCLUDED: Final = (
    Goods("single malt Scotch whisky, one bottle of 700 ml", "2208.30", ("GB",), (3900, 18900), (1300, 1600)),
    Goods("red wine, one bottle of 750 ml", "2204.21", ("FR", "IT", "ES"), (1500, 9900), (1250, 1500)),
    Goods("hand-rolled cigars, box of ten", "2402.10", ("DO", "NI"), (4900, 21900), (180, 320)),
    Goods("eau de parfum, 50 ml, with alcohol", "3303.00.30", ("FR", "ES"), (2900, 14900), (160, 320)),
)
"""Goods that never pass under the exemption (19 CFR 10.153)."""

VAGUE: Final = (
    "gift",
    "accessories",
    "daily necessities",
    "parts",
    "electronics",
    "clothing",
    "household goods",
    "sample",
    "toys",
    "various items",
)
"""Wordings that do not say what the goods are."""
