"""Letters of other scripts that a reader takes for a Latin one, and letters that nobody sees.

After the confusable characters of Unicode Technical Standard 39, and not the whole of them: the scripts that common
fonts draw like Latin. Letters go by the shape of their capital, so that a name in its own script is one name in either
case. Of one alphabet no two letters have one shape here, so that no two names of it become one.
"""

from __future__ import annotations

_SHAPES = """
a \u0430\u03b1\u13aa\ua4ee\u2c81
b \u0432\u03b2\u13f4\ua4d0\u2c83
c \u0441\u13df\ua4da\u2ca5
d \u0501\u13a0\ua4d3
e \u0435\u03b5\u13ac\ua4f0
f \u03dd\ua4dd
g \u050d\u13c0\ua4d6\u0581
h \u043d\u03b7\u13bb\ua4e7\u2c8f\u0570
i \u0456\u04cf\u03b9\ua4f2\u2c93
j \u0458\u03f3\u13ab\ua4d9\u0575
k \u043a\u03ba\u13e6\ua4d7\u2c95
l \u13de\ua4e1
m \u043c\u03bc\u13b7\ua4df\u2c99
n \u03bd\ua4e0\u2c9b\u0578
o \u043e\u03bf\ua4f3\u2c9f\u0585
p \u0440\u03c1\u13e2\ua4d1\u2ca3
q \u051b\u0566
r \u13a1\ua4e3
s \u0455\u13da\ua4e2
t \u0442\u03c4\u13a2\ua4d4\u2ca7
u \ua4f4\u057d
v \u0475\u13d9\ua4e6
w \u051d\u13b3\ua4ea
x \u0445\u03c7\ua4eb\u2cad
y \u0443\u03c5\u13a9\ua4ec\u2ca9
z \u03b6\u13c3\ua4dc
"""
"""Each row: the Latin letter, then letters in folded case of Cyrillic, Greek, Cherokee, Lisu, Coptic and Armenian."""

LOOK_ALIKES = {
    letter: latin for latin, letters in (row.split() for row in _SHAPES.strip().splitlines()) for letter in letters
}
"""The Latin letter that each looks like."""
BETWEEN_LATIN = {
    "\u03bd": "v",
    "\u03b7": "n",
    "\u03c5": "u",
    "\u03b3": "y",
    "\u03c9": "w",
    "\u03bc": "u",
    "\u043f": "n",
    "\u0433": "r",
    "\u0438": "u",
    "\u04bb": "h",
    "\u04af": "y",
}
"""Small letters that are taken for a Latin one only beside another: their capital or their alphabet says otherwise."""
BEFORE_NFKD = {0x03F2: "c", 0x03F9: "C", 0x00B4: "'"}
"""Signs that NFKD makes into others than they look like."""
LIKE_PUNCTUATION = {
    **dict.fromkeys("`\u2018\u2019\u201b\u02b9\u02bb\u02bc\u02bd\u02c8\u05f3\u2032\ua78c", "'"),
    **dict.fromkeys("\u2212\u2043\u02d7", "-"),
    **dict.fromkeys("\u2044\u2215\u29f8", "/"),
}
"""Signs that look like the apostrophe, the hyphen (as do all of category Pd) and the slash, on which reading hangs."""
UNSEEN_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0\u2800")
"""Letters and marks that are not drawn (Default_Ignorable_Code_Point), beside those of category Cf; a Braille blank."""
