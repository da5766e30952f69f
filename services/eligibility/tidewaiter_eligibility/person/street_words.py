"""Words of street lines and their short forms, after USPS Publication 28, appendices C1 and C2, with misspellings.

Not the whole of the appendix: the suffixes that are frequent, and those that people write in several ways.
"""

from __future__ import annotations

_SUFFIXES = """
aly alley ally
ave avenue av aven avenu avn avnue
blvd boulevard boul boulv
brg bridge
byp bypass
cct circuit
cir circle circ crcl
cl close
cres crescent crsnt crsent
ct court crt
ctr center centre cntr
cts courts
cv cove
dr drive driv drv
est estate
expy expressway expwy
ext extension extn
fwy freeway
gdns gardens
grv grove
hts heights ht
hwy highway highwy hiway hwey
hl hill
is island
jct junction
lndg landing
ln lane
loop loops
mnr manor
pkwy parkway parkwy pky
pl place
plz plaza plza
pt point
rd road
rdg ridge
row
run
sq square sqr
st street str strt
ter terrace terr
tpke turnpike trnpk
trl trail
vw view
way wy
xing crossing crssng
"""
_DIRECTIONS = "n north,s south,e east,w west,ne northeast,nw northwest,se southeast,sw southwest"
_ORDINALS = (
    "1st first,2nd second,3rd third,4th fourth,5th fifth,6th sixth,7th seventh,8th eighth,9th ninth,10th tenth,"
    "11th eleventh,12th twelfth"
)
_UNITS = "apt apartment appt,bldg building bld,dept department,flat,fl floor flr,hngr hangar,lot,ph penthouse,rm room,"
_MORE_UNITS = "spc space,ste suite,trlr trailer,unit,no number num nbr nr"
_PLAIN = "bsmt basement,frnt front,lbby lobby,lowr lower,ofc office,ph penthouse,rear,side,uppr upper"
_OTHERS = "mt mount,ft fort,st saint,rt route rte"


NAMED_BY_NUMBER = frozenset("county country co state us twp township forest farm ranch fm old rural private".split())
"""Before a suffix they say that the number after it is the street's own: County Road 12."""
SPELT_NUMBERS = {
    word: str(number)
    for number, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)
}


def _rows(text: str, between: str) -> list[list[str]]:
    return [row.split() for row in text.strip().split(between) if row.strip()]


ROUTES = frozenset(("hwy", "rt", "loop"))
"""Suffixes after which a number is the street's own."""
SUFFIXES = frozenset(row[0] for row in _rows(_SUFFIXES, "\n"))
DIRECTIONS = frozenset(row[0] for row in _rows(_DIRECTIONS, ","))
NUMBERED_UNITS = frozenset(row[0] for row in _rows(_UNITS + _MORE_UNITS, ","))
"""Designators that a number or a letter follows."""
UNIT_WORDS = frozenset(word for row in _rows(_UNITS + _MORE_UNITS, ",") for word in row)
"""The same, in all their forms."""
PLAIN_UNITS = frozenset(row[0] for row in _rows(_PLAIN, ","))
"""Designators that stand alone at the end of a line."""
STREET_WORDS = {
    long: row[0]
    for rows in (
        _rows(_SUFFIXES, "\n"),
        *(_rows(text, ",") for text in (_DIRECTIONS, _ORDINALS, _UNITS + _MORE_UNITS, _PLAIN, _OTHERS)),
    )
    for row in rows
    for long in row[1:]
}
"""The short form of each word that has one."""
