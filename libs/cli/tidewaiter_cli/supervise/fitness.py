"""Services that run and say that they cannot serve: how long so far, and what is done about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tidewaiter_cli.supervise.child import Child
from tidewaiter_cli.supervise.complaints import Say
from tidewaiter_cli.supervise.plan import SERVICES

UNFIT_SECONDS_MAX: Final = 5.0
"""A service that says for so long that it does not serve will not serve without another start."""

END_SECONDS_MAX: Final = 30.0
"""How long it may take to end then, as at any other stop."""

LOOKS_PER_SERVICE: Final = 10
"""Of the looks at the processes, which cost nothing, one in so many asks a service, which costs a call."""


class Fitness:
    """Ends a service that stays unfit, so that it is started again as any that ended.

    `is_unfit` says whether a service answers that it does not serve. No answer is none: a process that is paused or
    busy is left alone. One that drains by itself is unfit too, and being asked to end changes nothing about that.
    """

    def __init__(self, is_unfit: Callable[[str], bool], *, say: Say, clock: Callable[[], float]) -> None:
        self._is_unfit = is_unfit
        self._say = say
        self._clock = clock
        self._since: dict[str, float] = {}
        self._ends_by: dict[str, float] = {}

    def look(self, number: int, service: str, child: Child) -> None:
        """One look, the `number`th, at a process that runs."""
        if service in self._ends_by:
            if self._clock() > self._ends_by[service]:
                child.kill()
        elif number % LOOKS_PER_SERVICE == SERVICES.index(service):
            self._ask(service, child)

    def forget(self, service: str) -> None:
        """The process ended; another begins anew."""
        self._since.pop(service, None)
        self._ends_by.pop(service, None)

    def _ask(self, service: str, child: Child) -> None:
        if not self._is_unfit(service):
            self._since.pop(service, None)
            return
        now = self._clock()
        if now - self._since.setdefault(service, now) < UNFIT_SECONDS_MAX:
            return
        self._say(f"{service} runs and has not served for {UNFIT_SECONDS_MAX:g} s: {child.log.why()}; ending it")
        child.ask_to_stop()
        self._ends_by[service] = now + END_SECONDS_MAX
