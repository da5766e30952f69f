"""Invented people and companies, in the scripts in which they are declared."""

from __future__ import annotations

from typing import Final

FIRST_NAMES: Final = (
    "Ada", "Amara", "Anita", "Beatriz", "Caleb", "Carmen", "Chidi", "Daniel", "Elena", "Farid", "Grace", "Hana",
    "Ibrahim", "Ines", "Jamal", "Joan", "Kofi", "Laila", "Lena", "Luis", "Maeve", "Marco", "Mei", "Nadia", "Noah",
    "Olga", "Omar", "Priya", "Quinn", "Rafael", "Rosa", "Sven", "Talia", "Tomás", "Uma", "Victor", "Wendy", "Yara",
    "Yusuf", "Zoë",
)  # fmt: skip

LAST_NAMES: Final = (
    "Abernathy", "Adeyemi", "Alvarado", "Andersson", "Bianchi", "Brandt", "Castillo", "Chen", "Delacroix", "Dvořák",
    "Eriksen", "Fernández", "Gallagher", "Haddad", "Hoffmann", "Ito", "Jovanović", "Kaplan", "Kowalczyk", "Larsen",
    "Lindqvist", "Marchetti", "Mbeki", "Müller", "Nakamura", "Nguyễn", "O'Dwyer", "Okafor", "Papadakis", "Pereira",
    "Quiroga", "Rahman", "Rossi", "Sandoval", "Schäfer", "Tanaka", "Ueda", "Vasquez", "Whitlock", "Zielińska",
)  # fmt: skip

OTHER_SCRIPTS: Final = (
    "王小雨", "陈思远", "李佳宁", "田中 美咲", "佐藤 健太", "김서연", "박지훈", "Анна Соколова", "Дмитро Коваленко",
    "ليلى حداد", "Γιώργος Νικολάου", "अनिता शर्मा", "สมชาย ใจดี", "יעל כהן",
)  # fmt: skip
"""Consignees whose name came in the script of its country."""

COMPANIES: Final = {
    "CN": ("深圳市星汇电子商行", "Yiwu Morningtide Crafts Co., Ltd.", "Guangzhou Silver Gate Apparel Ltd"),
    "HK": ("Harbourline Sourcing Limited", "港岛晴天贸易公司"),
    "VN": ("Công ty TNHH May Sao Biển", "Mekong Stitch JSC"),
    "BD": ("Padma Weave Fashions Ltd",),
    "IN": ("Jaipur Lotus Handicrafts Pvt Ltd", "मयूर हस्तशिल्प"),
    "PK": ("Sialkot Pinnacle Goods",),
    "TR": ("Boğaziçi Dokuma A.Ş.",),
    "TH": ("Chao Phraya Silver Studio",),
    "JP": ("青空文具店", "Kitano Blade Works"),
    "KR": ("하늘빛 화장품", "Hanbada Beauty Co."),
    "GB": ("Wharfedale Woollens Ltd", "Clyde & Thistle Ltd"),
    "DE": ("Spielwerk Lindenau GmbH", "Rheinufer Werkzeug KG"),
    "FR": ("Atelier Brume SARL",),
    "IT": ("Conceria Valdarno S.r.l.",),
    "ES": ("Guitarras Albufera S.L.",),
    "PT": ("Azulejo & Linho Lda",),
    "PL": ("Zagadka Sp. z o.o.",),
    "BE": ("Leie Chocolaterie BV",),
    "CH": ("Rheinknie Confiserie AG",),
    "MX": ("Talavera del Valle S.A. de C.V.",),
    "CA": ("Maple Quay Outfitters Inc.",),
    "DO": ("Tabacos Cibao SRL",),
    "NI": ("Hojas de Estelí S.A.",),
}
"""Sellers by country."""

SAMPLE_LISTED: Final = (
    "Vastimir Oduya Brellocht",
    "Imelka Quenshaw-Darbo",
    "Yoskel Taveron",
    "Pellumbrik Freight Forwarding Co., Ltd.",
    "Quillmarsh Harbour Trading Ltd.",
    "Sevrinka Microelectronics",
    "Dunwarren Parcels",
)
"""Names and aliases on the sample list of denied parties that risk brings along; invented, every one."""
