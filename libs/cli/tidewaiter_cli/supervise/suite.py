"""The four processes as one thing: start, keep, drain."""

from __future__ import annotations

import signal
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from threading import Event
from typing import Final

from tidewaiter_chassis.started import ADDRESS_UNAVAILABLE, STORE_LOST

from tidewaiter_cli.stopping import Stop
from tidewaiter_cli.supervise.child import Child
from tidewaiter_cli.supervise.complaints import Complaints, Say
from tidewaiter_cli.supervise.fitness import Fitness
from tidewaiter_cli.supervise.health import is_unfit, serves
from tidewaiter_cli.supervise.leftovers import holds_state, note_processes
from tidewaiter_cli.supervise.plan import SERVICES, Plan

START_SECONDS_MAX: Final = 120.0
"""A cold disk and a long journal to recover from; a healthy start takes a few seconds."""

RESTART_PAUSES_SECONDS: Final = (0.0, 2.0, 5.0, 10.0, 20.0)
"""Before each start of a service in a minute: what it lacks, such as room on the disk, may be had by then."""
RESTARTS_MAX: Final = len(RESTART_PAUSES_SECONDS)
RESTARTS_WITHIN_SECONDS: Final = 60.0
"""A service that ends more often than this in a minute will not be better for another start."""

_DRAIN_SECONDS_MAX: Final = 30.0
_LOOK_SECONDS: Final = 0.1
_LOOKS_PER_LOG_LOOK: Final = 100
_OF_THE_STORE: Final = frozenset({STORE_LOST, -signal.SIGBUS})
"""How a service ends whose disk fails: told by itself, or killed where it wrote into a file that is memory to it."""


class PortLost(Exception):
    """Somebody else has a port that a service was to listen on."""


class Suite:
    """The processes of one plan; `stop` is safe at any time and more than once."""

    def __init__(
        self,
        plan: Plan,
        *,
        inherited: Mapping[str, str],
        say: Say,
        pauses: Sequence[float] = RESTART_PAUSES_SECONDS,
    ) -> None:
        self._plan = plan
        self._say = say
        self._inherited = inherited
        self._children: dict[str, Child] = {}
        self._ends: dict[str, deque[tuple[float, int | None]]] = {service: deque() for service in SERVICES}
        self._starts_at: dict[str, float] = {}
        self._returning: dict[str, float] = {}
        self._pauses = pauses
        self._complaints = Complaints(say)
        self._fitness = Fitness(self._is_unfit, say=say, clock=time.monotonic)
        self._unnoted = False

    def start(self, asked_to_stop: Event) -> bool:
        """Starts all four and waits until all serve; False when asked to stop meanwhile.

        Stop, with the reason from its log, when one ends instead; PortLost when its port is somebody else's.
        """
        if not holds_state(self._plan.data):
            self._say(
                f"no state in {self._plan.data}: making a new log and its key, for development: "
                f"make one for keeps with `tidewaiter log init`"
            )
            self._create_log(asked_to_stop)
        for service in SERVICES:
            if asked_to_stop.is_set():
                return False
            self._launch(service)
        deadline = time.monotonic() + START_SECONDS_MAX
        waiting = set(SERVICES)
        while waiting and not asked_to_stop.is_set():
            for service in sorted(waiting):
                self._refuse_end(service)
                if self._serves(service):
                    waiting.remove(service)
            if time.monotonic() > deadline:
                raise Stop(
                    f"{', '.join(sorted(waiting))} did not serve within {START_SECONDS_MAX:g} s.",
                    advice=self._advice(min(waiting)),
                )
            asked_to_stop.wait(_LOOK_SECONDS if waiting else 0)
        return not waiting

    def keep(self, asked_to_stop: Event, changed: Callable[[], None]) -> None:
        """Starts again what ends or stays unfit to serve, until asked to stop.

        `changed` is called when a process is another, and once more later when it raises OSError. What the disk does
        not let be written (logs, notes) is said once and ends nothing.
        Stop when a service ends more than RESTARTS_MAX times within RESTARTS_WITHIN_SECONDS. One that lost its store
        meanwhile is started for as long as it takes: it serves again once the disk has room.
        """
        for look in count():
            if asked_to_stop.wait(_LOOK_SECONDS):
                return
            for service, child in self._children.items():
                if child.ended is None:
                    self._fitness.look(look, service, child)
                elif self._restart(service, child):
                    self._note_change(changed)
                if look % _LOOKS_PER_LOG_LOOK == 0:
                    self._complaints.attempt(f"the log of {service} is not bounded now", child.log.bound)
            if self._unnoted and look % _LOOKS_PER_LOG_LOOK == 0:
                self._note_change(changed)
            self._greet_returned()

    def stop(self) -> bool:
        """Drains all, intake first; whether all ended by themselves."""
        first = [self._children[service] for service in ("intake",) if service in self._children]
        others = [child for service, child in self._children.items() if service != "intake"]
        # Waited for apart: what intake accepted still needs the other three.
        well = [self._ended_well(children) for children in (first, others)]
        # A note that cannot be taken back misleads nobody: a process is told by its birth too.
        self._complaints.attempt("that all ended is not on the disk", lambda: note_processes(self._plan.data, {}))
        return all(well)

    def pids(self) -> dict[str, int]:
        """Of each service that was started, the number of its process."""
        return {service: child.pid for service, child in self._children.items()}

    def _launch(self, service: str) -> None:
        child = self._child(service)
        child.start()
        self._children[service] = child
        self._note()

    def _note(self) -> None:
        # Known on the disk before anything else is done: killed now, the next run finds them.
        note_processes(self._plan.data, self.pids())

    def _note_change(self, changed: Callable[[], None]) -> None:
        noted = self._complaints.attempt("which processes run is not on the disk now", self._note)
        told = self._complaints.attempt("where the services are is not on the disk now", changed)
        self._unnoted = not (noted and told)

    def _create_log(self, asked_to_stop: Event) -> None:
        making = self._child("audit", "--create-log")
        making.start()
        deadline = time.monotonic() + START_SECONDS_MAX
        try:
            while not making.wait(_LOOK_SECONDS):
                if asked_to_stop.is_set():
                    # It ends what it began: of half a log the next run would not know what to think.
                    deadline = min(deadline, time.monotonic() + _DRAIN_SECONDS_MAX)
                if time.monotonic() > deadline:
                    raise Stop("the log was not made in time.", advice=self._advice("audit"))
        finally:
            # Interrupted, or too slow: whoever removes the folder next must not have it made again behind his back.
            making.kill()
            making.wait(_DRAIN_SECONDS_MAX)
        if making.ended:
            raise self._refusal(making, "the log could not be made")

    def _child(self, service: str, *flags: str) -> Child:
        return Child(
            service,
            command=self._plan.command(service, *flags),
            environment=self._plan.environment(service, self._inherited),
            log=self._plan.log(service),
        )

    def _refuse_end(self, service: str) -> None:
        child = self._children[service]
        if child.ended is not None:
            raise self._refusal(child, f"{service} did not start")

    def _refusal(self, child: Child, problem: str) -> PortLost | Stop:
        problem = f"{problem}: {child.log.why()}"
        if child.ended == ADDRESS_UNAVAILABLE:
            return PortLost(problem)
        return Stop(problem, advice=self._advice(child.service))

    def _serves(self, service: str) -> bool:
        return serves(self._plan.addresses[service], pid=self._children[service].pid)

    def _is_unfit(self, service: str) -> bool:
        return is_unfit(self._plan.addresses[service], pid=self._children[service].pid)

    def _restart(self, service: str, child: Child) -> bool:
        """Starts it again once its pause is over; whether it did."""
        now = time.monotonic()
        if service not in self._starts_at:
            self._fitness.forget(service)
            self._starts_at[service] = now + self._pause_after_end(service, child, now)
        if now < self._starts_at[service]:
            return False
        del self._starts_at[service]
        if self._complaints.attempt(f"{service} cannot be started", child.start):
            self._returning[service] = now
        return True

    def _pause_after_end(self, service: str, child: Child, now: float) -> float:
        ends = self._ends[service]
        while ends and now - ends[0][0] > RESTARTS_WITHIN_SECONDS:
            ends.popleft()
        ends.append((now, child.ended))
        is_lost = any(status in _OF_THE_STORE for _, status in ends)
        if len(ends) > len(self._pauses) and not is_lost:
            raise Stop(
                f"{service} ended {len(ends)} times within {RESTARTS_WITHIN_SECONDS:g} s, the last time "
                f"{_how(child.ended)}: {child.log.why()}",
                advice=self._advice(service),
            )
        pause = self._pauses[min(len(ends), len(self._pauses)) - 1]
        # Who was ended by a signal has nothing to say about it.
        why = f": {child.log.why()}" if (child.ended or 0) > 0 else ""
        when = f" in {pause:g} s" if pause else ""
        bound = "for as long as it takes" if is_lost else f"({len(ends)} of {len(self._pauses)} a minute)"
        again = f"starting it again{when} {bound}"
        self._say(f"{service} ended {_how(child.ended)}{why}; {again}")
        return pause

    def _greet_returned(self) -> None:
        for service, since in list(self._returning.items()):
            if self._serves(service):
                del self._returning[service]
                self._say(f"{service} serves again after {time.monotonic() - since:.1f} s")

    def _ended_well(self, children: list[Child]) -> bool:
        for child in children:
            child.ask_to_stop()
        well = True
        deadline = time.monotonic() + _DRAIN_SECONDS_MAX
        for child in children:
            if not child.wait(max(0.0, deadline - time.monotonic())):
                self._say(f"{child.service} did not drain within {_DRAIN_SECONDS_MAX:g} s and is killed")
                child.kill()
                child.wait(_DRAIN_SECONDS_MAX)
                well = False
        return well

    def _advice(self, service: str) -> str:
        return f"Look into {self._plan.log(service).path}."


def _how(status: int | None) -> str:
    why = ", because its store failed" if status in _OF_THE_STORE else ""
    return f"by signal {-status}{why}" if status is not None and status < 0 else f"with exit status {status}{why}"
