"""The lists in use: one set, never changed, that answers who a name may be and how far that answer can be relied on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tidewaiter_screening.index import NameIndex
from tidewaiter_screening.lists.folder import PartyList
from tidewaiter_screening.screen import Screener

from tidewaiter_risk.model import ListVersion


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ListSet:
    """What is searched, by `screener`, and what cannot be.

    `stale` says of a list, by name, why it is. `gaps` says in words what of all lists cannot be searched.
    `invented` marks the lists as made up, and so does every reason that rests on them.
    """

    lists: tuple[PartyList, ...]
    screener: Screener
    stale: Mapping[str, str]
    gaps: tuple[str, ...]
    versions: tuple[ListVersion, ...]
    invented: bool

    def version_of(self, name: str) -> str:
        """The list, its version and the first digits of its hash, as a contribution names what it rests on."""
        return next(f"{one.list} {one.version} {one.sha256[:12]}" for one in self.versions if one.list == name)

    def doubts(self) -> str:
        """Why nothing found is no clearance, in words; empty when it is one."""
        return "; ".join((*self.gaps, *(f"STALE: {why}" for why in self.stale.values())))

    def with_stale(self, stale: Mapping[str, str]) -> ListSet:
        """The same lists, of which others are stale."""
        return replace(self, stale=dict(stale), versions=_versions(self.lists, stale))

    def with_lists(self, lists: Sequence[PartyList]) -> ListSet:
        """The same content, read again: only when its files were written may have changed."""
        return replace(self, lists=tuple(lists), versions=_versions(lists, self.stale))


def list_set(lists: Sequence[PartyList], *, score_min: int, names_cached_max: int, invented: bool = False) -> ListSet:
    """The lists, indexed: a second or two for all official ones. None of them is stale yet."""
    index = NameIndex({one.list: one.entries for one in lists})
    return ListSet(
        lists=tuple(lists),
        screener=Screener(index, score_min=score_min, names_cached_max=names_cached_max),
        stale={},
        gaps=tuple(gap for one in lists for gap in one.gaps) if lists else ("no list is loaded",),
        versions=_versions(lists, {}),
        invented=invented,
    )


def _versions(lists: Sequence[PartyList], stale: Mapping[str, str]) -> tuple[ListVersion, ...]:
    return tuple(
        ListVersion(
            list=one.list,
            version=one.version,
            sha256=one.sha256,
            entries=len(one.entries),
            stale=one.list in stale,
        )
        for one in lists
    )
