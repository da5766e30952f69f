"""Where parcels come from, where they arrive, where they go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Place:
    """A town, and the port by which its parcels usually arrive, for each way of coming."""

    city: str
    region: str
    postal_codes: tuple[str, ...]
    air_port: str


AMERICA: Final = (
    Place("New York", "NY", ("10003", "10025", "10128"), "4701"),
    Place("Brooklyn", "NY", ("11201", "11215", "11238"), "4701"),
    Place("Jersey City", "NJ", ("07302", "07306"), "4601"),
    Place("Boston", "MA", ("02116", "02130"), "0417"),
    Place("Philadelphia", "PA", ("19103", "19147"), "1108"),
    Place("Miami", "FL", ("33127", "33145", "33176"), "5206"),
    Place("Atlanta", "GA", ("30307", "30318"), "1704"),
    Place("Chicago", "IL", ("60614", "60625", "60657"), "3901"),
    Place("Louisville", "KY", ("40205", "40214"), "4115"),
    Place("Houston", "TX", ("77006", "77019"), "5309"),
    Place("Dallas", "TX", ("75206", "75214"), "5501"),
    Place("Denver", "CO", ("80206", "80211"), "3307"),
    Place("Phoenix", "AZ", ("85006", "85016"), "2605"),
    Place("Los Angeles", "CA", ("90027", "90034", "90066"), "2720"),
    Place("San Francisco", "CA", ("94110", "94122"), "2801"),
    Place("Seattle", "WA", ("98103", "98115"), "3029"),
    Place("Anchorage", "AK", ("99501", "99508"), "3126"),
    Place("Honolulu", "HI", ("96814", "96822"), "3205"),
)

TRUCK_PORTS: Final = {"MX": ("2304", "2506", "2402"), "CA": ("3801", "0901", "3004")}
"""Laredo, Otay Mesa, El Paso; Detroit, Buffalo, Blaine."""

OCEAN_PORTS: Final = ("2704", "2709", "4601", "1703")
"""Los Angeles, Long Beach, Newark, Savannah."""

STREETS: Final = (
    "Alder Street", "Birch Avenue", "Canal Street", "Dogwood Lane", "East Bay Road", "Fern Court", "Garden Street",
    "Harbor Drive", "Ivy Place", "Juniper Way", "Keel Street", "Lantern Lane", "Mill Road", "North Pier Avenue",
    "Orchard Street", "Pilot Street", "Quarry Road", "River Terrace", "Schooner Way", "Tidewater Drive",
)  # fmt: skip

ABROAD: Final = {
    "CN": (("Shenzhen", "518000"), ("Yiwu", "322000"), ("Guangzhou", "510000")),
    "HK": (("Kowloon", "999077"),),
    "VN": (("Ho Chi Minh City", "700000"),),
    "BD": (("Dhaka", "1205"),),
    "IN": (("Mumbai", "400001"), ("Jaipur", "302001")),
    "PK": (("Sialkot", "51310"),),
    "TR": (("İstanbul", "34000"),),
    "TH": (("Bangkok", "10110"),),
    "JP": (("Ōsaka", "530-0001"), ("Tōkyō", "150-0001")),
    "KR": (("Seoul", "04524"),),
    "GB": (("Leeds", "LS1 4AP"), ("Glasgow", "G1 3SL")),
    "DE": (("Köln", "50667"), ("Nürnberg", "90402")),
    "FR": (("Lyon", "69002"),),
    "IT": (("Torino", "10121"),),
    "ES": (("Valencia", "46001"),),
    "PT": (("Porto", "4000-123"),),
    "PL": (("Łódź", "90-001"),),
    "BE": (("Gent", "9000"),),
    "CH": (("Basel", "4051"),),
    "MX": (("Guadalajara", "44100"), ("Tijuana", "22000")),
    "CA": (("Toronto", "M5V 2T6"), ("Vancouver", "V6B 1A1")),
    "DO": (("Santiago de los Caballeros", "51000"),),
    "NI": (("Estelí", "31000"),),
}
"""Towns of sellers and donors by country, with a postal code."""
