"""One parcel as it really is, before anybody files anything about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from tidewaiter_cli.generator import days, goods, names, places
from tidewaiter_cli.generator.dice import Dice
from tidewaiter_cli.generator.goods import Goods

LIMIT_CENTS: Final = 80_000
"""Of one person on one day (19 USC 1321(a)(2)(C))."""

_KINDS: Final = (
    ("plain", 770),
    ("spree", 30),
    ("border", 12),
    ("dear", 45),
    ("gift", 40),
    ("sold gift", 8),
    ("excluded", 25),
    ("vague", 55),
    ("listed", 15),
)
"""Of a thousand draws. A spree and a border are several parcels of one person on one day."""

Party = dict[str, Any]
Item = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Parcel:
    """A parcel: who, what, from where, by which way and when."""

    kind: str
    mode: str
    port: str
    arrival: str
    country: str
    seller: Party | None
    donor: Party | None
    consignee: Party
    items: list[Item]

    @property
    def cents(self) -> int:
        """What it is worth."""
        return sum(item["quantity"] * item["cents"] for item in self.items)


def parcels(dice: Dice, listed: tuple[str, ...]) -> Iterator[Parcel]:
    """Parcels without end; those of one person on one day follow one another."""
    while True:
        kind = dice.weighted(_KINDS)
        if kind == "spree":
            yield from _of_one_person(dice, kind, _shares(dice, LIMIT_CENTS + dice.between(1, 30_000)))
        elif kind == "border":
            yield from _of_one_person(dice, kind, _shares(dice, LIMIT_CENTS + dice.between(0, 1)))
        elif kind in ("gift", "sold gift"):
            yield _gift(dice, kind)
        else:
            yield _bought(dice, kind, listed)


def _bought(dice: Dice, kind: str, listed: tuple[str, ...]) -> Parcel:
    what = {"dear": goods.DEAR, "excluded": goods.EXCLUDED}.get(kind, goods.CATALOGUE)
    first = dice.pick(what)
    origin = dice.pick(first.origins)
    items = [_item(dice, first, origin)]
    if kind == "plain" and dice.chance(0.35):
        items += [_item(dice, dice.pick(goods.CATALOGUE), origin) for _ in range(dice.between(1, 3))]
    if kind == "vague":
        items[0]["description"] = dice.pick(goods.VAGUE)
    if kind == "dear":
        items[0]["quantity"] = dice.between(1, 6)
    parcel = _parcel(dice, kind, day=days.arrival_day(dice), country=_sent_from(dice, origin), items=items)
    if kind == "listed":
        party = parcel.consignee if dice.chance(0.5) or parcel.seller is None else parcel.seller
        party["name"] = dice.pick(listed)
    return parcel


def _gift(dice: Dice, kind: str) -> Parcel:
    what = dice.pick(goods.CATALOGUE)
    country = dice.pick(("GB", "DE", "JP", "MX", "CA", "KR", "IT"))
    item = _item(dice, what, dice.pick(what.origins))
    item["quantity"] = 1
    # Most are within the allowance of 100 dollars (19 CFR 10.152), some are not.
    item["cents"] = dice.between(1_000, 10_000) if dice.chance(0.7) else dice.between(10_001, 30_000)
    parcel = _parcel(dice, kind, day=days.arrival_day(dice), country=country, items=[item])
    if kind == "gift":
        parcel.seller = None
        parcel.donor = _abroad(dice, country, _person_name(dice))
    return parcel


def _of_one_person(dice: Dice, kind: str, shares: list[int]) -> Iterator[Parcel]:
    day = days.open_day(dice)
    person = _consignee(dice)
    for cents in shares:
        what = dice.pick(goods.DEAR)
        # Not from China: the exemption must be open, so that the day's total decides.
        origin = dice.pick([each for each in what.origins if each != "CN"] or ["JP"])
        item = _item(dice, what, origin) | {"quantity": 1, "cents": cents}
        parcel = _parcel(dice, kind, day=day, country=origin, items=[item])
        parcel.consignee, parcel.port, parcel.mode = dict(person[1]), person[0].air_port, "AIR"
        yield parcel


def _shares(dice: Dice, total_cents: int) -> list[int]:
    """The total in three or four parts of about the same size."""
    count = dice.between(3, 4)
    parts = [total_cents // count + dice.between(-3_000, 3_000) for _ in range(count - 1)]
    return [*parts, total_cents - sum(parts)]


def _parcel(dice: Dice, kind: str, *, day: date, country: str, items: list[Item]) -> Parcel:
    place, consignee = _consignee(dice)
    mode, port = _way(dice, country, place)
    return Parcel(
        kind=kind,
        mode=mode,
        port=port,
        arrival=days.arrival_time(dice, day),
        country=country,
        seller=_abroad(dice, country, dice.pick(names.COMPANIES[country])),
        donor=None,
        consignee=consignee,
        items=items,
    )


def _way(dice: Dice, country: str, place: places.Place) -> tuple[str, str]:
    if country in places.TRUCK_PORTS and dice.chance(0.7):
        return "TRUCK", dice.pick(places.TRUCK_PORTS[country])
    mode = dice.weighted((("AIR", 78), ("MAIL", 17), ("OCEAN", 5)))
    return mode, dice.pick(places.OCEAN_PORTS) if mode == "OCEAN" else place.air_port


def _sent_from(dice: Dice, origin: str) -> str:
    """Usually where it was made; goods of China also come by way of Hong Kong, Mexico and Canada."""
    if origin == "CN":
        return dice.weighted((("CN", 80), ("HK", 14), ("MX", 3), ("CA", 3)))
    return origin


def _item(dice: Dice, what: Goods, origin: str) -> Item:
    return {
        "description": what.description,
        "hts_code": what.hts_code,
        "origin": origin,
        "quantity": dice.weighted(((1, 70), (2, 20), (3, 7), (4, 3))),
        "cents": dice.low_between(*what.cents),
        "grams": dice.between(*what.grams),
    }


def _consignee(dice: Dice) -> tuple[places.Place, Party]:
    place = dice.pick(places.AMERICA)
    name = _person_name(dice)
    party: Party = {
        "name": name,
        "addressLines": [f"{dice.between(1, 980)} {dice.pick(places.STREETS)}"],
        "city": place.city,
        "region": place.region,
        "postalCode": dice.pick(place.postal_codes),
        "countryCode": "US",
    }
    if dice.chance(0.25):
        party["addressLines"].append(f"Apt {dice.between(1, 40)}{dice.pick('ABCD')}")
    if dice.chance(0.85):
        party["email"] = f"customer{dice.digits(6)}@example.com"
    if dice.chance(0.6):
        party["phone"] = f"+1 555 01{dice.digits(2)}"
    return place, party


def _person_name(dice: Dice) -> str:
    if dice.chance(0.06):
        return dice.pick(names.OTHER_SCRIPTS)
    return f"{dice.pick(names.FIRST_NAMES)} {dice.pick(names.LAST_NAMES)}"


def _abroad(dice: Dice, country: str, name: str) -> Party:
    city, postal_code = dice.pick(places.ABROAD[country])
    return {
        "name": name,
        "addressLines": [f"No. {dice.between(1, 300)}, Lane {dice.between(1, 40)}"],
        "city": city,
        "postalCode": postal_code,
        "countryCode": country,
        "email": f"export{dice.digits(4)}@example.net",
    }
