"""What watches the continuous run: figures, server, heartbeat, switch, systemd, emergency."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Final

from fengsui.health.emergency import Emergency
from fengsui.health.figures import gather
from fengsui.health.heartbeat import heartbeat_path, write_heartbeat
from fengsui.health.pulse import Pulse
from fengsui.health.supervisor import STEP, Supervisor
from fengsui.health.systemd import ALIVE, READY, STOPPING, tell_systemd
from fengsui.services import Services
from fengsui.settings.application import Settings
from store.errors import StoreError

if TYPE_CHECKING:
    from fengsui.health.dead_man import DeadManSwitch
    from fengsui.health.server import Address

# The figures are read so often, the heartbeat and systemd's watchdog at most so often.
FIGURES_EACH: Final = 10.0
SHOWN_EACH: Final = 1.0


class Watch:
    """Shows how a run is, and tells who has to know; nothing of it ends or slows the run."""

    def __init__(
        self,
        settings: Settings,
        *,
        address: "Address | None" = None,
        emergency: Emergency | None = None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.pulse = Pulse(timer)
        self._settings = settings
        self._address = address
        self._emergency = emergency or Emergency(settings)
        self._timer = timer
        self._shown: float | None = None
        self._watched: float | None = None
        self._switch = _switch_of(settings)

    @contextmanager
    def showing(
        self, supervisor: Supervisor, stop: threading.Event, clock: Callable[[], datetime]
    ) -> Iterator[None]:
        """Serve the health, where an address was given, and call the switch, until the block ends.

        Raises:
            OSError: the port is taken.
        """
        with ExitStack() as stack:
            if self._address is not None:
                # Only this loads the library of the metrics.
                from fengsui.health.server import HealthServer  # noqa: PLC0415  # see above

                stack.enter_context(HealthServer(self._address, self.pulse))
            if self._address is not None or self._switch is not None:
                supervisor.start(
                    f"{STEP}figures", lambda worked: self._figures(worked, stop, clock)
                )
            if self._switch is not None:
                stack.callback(self._switch.end)
                supervisor.start(f"{STEP}ping", self._switch.serve)
            yield

    def _figures(
        self, worked: Callable[[], None], stop: threading.Event, clock: Callable[[], datetime]
    ) -> None:
        # A store belongs to the thread that opened it.
        with Services(self._settings) as services:
            while not stop.is_set():
                self.pulse.figures = gather(services, clock())
                worked()
                stop.wait(FIGURES_EACH)

    def begins(self) -> None:
        """Tell systemd that the run goes."""
        tell_systemd(READY)

    def beat(self) -> None:
        """Give a sign of life: the loop turns, or a step goes on."""
        self.pulse.beat()
        now = self._timer()
        if self._watched is None or now - self._watched >= SHOWN_EACH:
            self._watched = now
            tell_systemd(ALIVE)

    def turned(
        self, services: Services, supervisor: Supervisor, at: datetime, scored: int, seconds: float
    ) -> None:
        """Note a turn that scored so many posts in so many seconds, and tell who has to know."""
        self._report(services, supervisor, at)
        failing = supervisor.failing
        self.pulse.turns = self.pulse.turns.after(
            at,
            failing=tuple(sorted(failing)),
            errors=supervisor.errors,
            scored=scored,
            seconds=seconds,
        )
        now = self._timer()
        if self._shown is None or now - self._shown >= SHOWN_EACH:
            self._shown = now
            write_heartbeat(heartbeat_path(self._settings), self.pulse.turns)
        if self._switch is not None:
            self._switch.turned(ok=not failing and not self._is_mute)
        self.beat()

    @property
    def _is_mute(self) -> bool:
        """Whether no receiver takes any message: then nobody would learn of anything from here."""
        figures = self.pulse.figures
        receivers = {one.name for one in self._settings.receivers}
        return figures is not None and receivers <= set(figures.failing_receivers)

    def _report(self, services: Services, supervisor: Supervisor, at: datetime) -> None:
        try:
            supervisor.report(services, at)
        except StoreError as error:
            self._emergency.away(error, at)
            return
        if not supervisor.failing:
            self._emergency.back(at)

    def ends(self) -> None:
        """Tell systemd that the run ends as it was asked to."""
        tell_systemd(STOPPING)


def _switch_of(settings: Settings) -> "DeadManSwitch | None":
    variable = settings.health.ping_url_env
    if variable is None:
        return None
    # The client takes a while to load: only where it is used.
    from fengsui.health.dead_man import DeadManSwitch  # noqa: PLC0415  # see above

    return DeadManSwitch(variable, settings.health.ping_seconds)
