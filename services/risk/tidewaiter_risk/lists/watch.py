"""Keeps the lists in use up with their folder, and tells what it finds there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from tidewaiter_chassis.clock import Clock, SystemClock
from tidewaiter_chassis.failures import Failure
from tidewaiter_chassis.telemetry import Telemetry
from tidewaiter_screening.lists.folder import PartyList

from tidewaiter_risk.in_use import Now
from tidewaiter_risk.lists.lookup import ListSet, list_set
from tidewaiter_risk.lists.sources import SAMPLE_DIR, Sources
from tidewaiter_risk.scorecard.rules import Screening
from tidewaiter_risk.settings import Settings

_DAMAGES_SHOWN_MAX = 5
_NAMES_SHOWN_MAX = 20


def open_sources(settings: Settings, bounds: Screening, telemetry: Telemetry, clock: Clock | None = None) -> Sources:
    """The lists that the settings name, read and indexed; the packaged sample when they name none.

    Failure LISTS_REFUSED when the folder cannot be used.
    """
    sample = not settings.lists_dir
    if sample:
        telemetry.log.warning("sample list in use: its names are invented; set TIDEWAITER_RISK_LISTS_DIR")
    sources = Sources(
        SAMPLE_DIR if sample else Path(settings.lists_dir),
        index=lambda lists: list_set(
            lists, score_min=bounds.score_min, names_cached_max=settings.names_cached_max, invented=sample
        ),
        hours_max=bounds.list_hours_max,
        clock=clock or SystemClock(),
        follows=not sample,
    )
    ignored = () if sample else sources.reading.ignored
    if ignored:
        telemetry.log.warning("no lists: left out", names=list(ignored[:_NAMES_SHOWN_MAX]), count=len(ignored))
    _tell(sources.in_use, None, telemetry.log)
    return sources


class Watch:
    """Looks into the folder of lists, puts what changed in use, and tells of it."""

    def __init__(self, sources: Sources, now: Now, *, telemetry: Telemetry) -> None:
        self._sources = sources
        self._now = now
        self._log = telemetry.log
        self._meters = telemetry.meters
        self._clock = SystemClock()
        self._measure(sources.in_use)

    async def look(self, *, at_once: bool) -> bool:
        """Whether other lists are in use now. `at_once` takes what changed without waiting for a second look.

        Failure LISTS_REFUSED when the folder cannot be used; the lists in use stay.
        """
        before = self._now.in_use.lists
        lists = await self._sources.refresh(at_once=at_once)
        if lists is None:
            return False
        self._now.take(lists)
        _tell(lists, before, self._log)
        self._measure(lists)
        return True

    def follow(self, *, every_seconds: float) -> Callable[[], Awaitable[None]]:
        """Looks every so often, until what is answered is called."""
        looking = asyncio.create_task(self._keep_looking(every_seconds), name="lists")

        async def stop() -> None:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

        return stop

    async def _keep_looking(self, every_seconds: float) -> None:
        trouble = ""
        while True:
            await asyncio.sleep(every_seconds)
            try:
                await self.look(at_once=False)
                trouble = ""
            except Failure as failure:
                # The lists in use stay; what is wrong is told once, not at every look.
                if failure.reason != trouble:
                    self._log.error("folder of lists cannot be used", reason=failure.reason, detail=failure.detail)
                trouble = failure.reason
            except Exception as error:  # noqa: BLE001 - whatever a look meets, the next one must still come
                self._log.error("look into the folder of lists broke", error=type(error).__name__)

    def _measure(self, lists: ListSet) -> None:
        for one in lists.lists:
            self._meters.gauge(
                "tidewaiter.risk.list.age",
                read=partial(self._age, one.list),
                unit="s",
                description="Time since a file of the list was last written",
                attributes={"list": one.list},
            )
            self._meters.gauge(
                "tidewaiter.risk.list.stale",
                read=partial(self._is_stale, one.list),
                unit="{list}",
                description="1 when nothing found in the list is no clearance, because it is stale",
                attributes={"list": one.list},
            )

    def _age(self, name: str) -> float:
        written = next((one.written for one in self._now.in_use.lists.lists if one.list == name), 0.0)
        return self._clock.ns() / 1e9 - written

    def _is_stale(self, name: str) -> float:
        return float(name in self._now.in_use.lists.stale)


def _tell(lists: ListSet, before: ListSet | None, log: Any) -> None:
    known = {one.sha256 for one in before.lists} if before else set()
    for one in lists.lists:
        if one.sha256 not in known:
            _tell_list(one, log)
    for why in lists.stale.values():
        log.error("list stale: nothing found in it is no clearance", why=why)
    if lists.gaps:
        log.error("lists incomplete: nothing will be cleared", gaps=list(lists.gaps))


def _tell_list(one: PartyList, log: Any) -> None:
    log.info("list loaded", list=one.list, version=one.version, sha256=one.sha256, entries=len(one.entries))
    if one.damages:
        log.warning(
            "list damaged",
            list=one.list,
            counts=one.damage_counts(),
            first=[
                f"{damage.file} line {damage.line}: {damage.code.name} {damage.entry_id}".rstrip()
                for damage in one.damages[:_DAMAGES_SHOWN_MAX]
            ],
        )
