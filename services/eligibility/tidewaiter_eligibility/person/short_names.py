"""Short forms of English first names that stand for one long form only.

A form that may be of a man or a woman, or of several long forms in use (Alex, Chris, Jack, Pat, Sam), is not here: at
one address it would make a couple one person. The table is this project's own, and unverified against any survey.
"""

from __future__ import annotations

_LONG_AND_SHORT = """
abigail abby abbie
andrew andy
anthony tony
barbara barb
benjamin ben benny
bradley brad
cynthia cindy
daniel danny
david dave davey
deborah deb debbie debra
donald don donnie
dorothy dottie
douglas doug
edward ed eddie
elizabeth betsy betty liz lizzie
eugene gene
frederick fred freddie
gregory greg
jacob jake
james jim jimmy
jeffrey jeff geoffrey geoff
jennifer jen jenny
jonathan jon
joseph joe joey
joshua josh
judith judy
katherine kathy katie
kenneth ken kenny
lawrence larry
leonard len lenny
margaret maggie peggy
matthew matt
michael mike mikey
nathaniel nate
nicholas nick nicky
pamela pam
peter pete
philip phil
raymond ray
rebecca becky
richard dick rick ricky rich
robert bob bobby rob robby
ronald ron ronnie
stephen steve steven
susan sue susie
theodore ted teddy
thomas tom tommy
timothy tim
victoria vicky
vincent vince
walter walt
william bill billy will willy
zachary zach zack
"""

LONG_NAMES = {
    short: long for long, *shorts in (line.split() for line in _LONG_AND_SHORT.strip().splitlines()) for short in shorts
}
"""The long form of each short one."""
