"""A group's robot behind a secret address: it takes messages, and can do nothing else."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import httpx

from alerts.messages.message import Message
from alerts.notify.calls import Budget, Caller, Json, address_in
from alerts.notify.meanings import Codes
from alerts.notify.protocol import Abilities, cannot_edit
from alerts.notify.secret_env import secret_of
from records import Receipt
from records.language import Language

# Of so many messages it is remembered how many of their parts were taken.
REMEMBERED = 200


class Turns(Protocol):
    """Whose turn it is: `alerts.notify.quota.Quota` or `alerts.notify.pacing.Pacer`."""

    def wait(self) -> None:
        """Return when it is this message's turn."""
        ...

    def hold(self, pause: timedelta) -> None:
        """Let nothing through before `pause` has passed."""
        ...


class RobotSettings(Protocol):
    """What the settings of every robot hold."""

    @property
    def name(self) -> str:
        """The receiver's name."""
        ...

    @property
    def language(self) -> Language:
        """The language that its readers read."""
        ...

    @property
    def address_env(self) -> str:
        """The variable with the address."""
        ...

    @property
    def secret_env(self) -> str | None:
        """The variable with the key that signs, None where the robot asks for no signature."""
        ...

    @property
    def timeout_seconds(self) -> float:
        """How long an answer is waited for."""
        ...


Signer = Callable[[httpx.URL, Json, str, float], tuple[httpx.URL, Json]]


@dataclass(frozen=True, slots=True)
class Service:
    """A chat service: its codes, the bodies that a message becomes, and how a call is signed.

    `sign` gets address, body, secret and time in seconds; None where the service knows no
    signature.
    """

    codes: Codes
    bodies: Callable[[Message], list[Json]]
    sign: Signer | None = None
    pictures: bool = False


class GroupRobot:
    """Posts each message to the robot, a long one in parts.

    Parts that were taken are not sent again when a later one fails. `now` is the time for
    signatures, in seconds; `transport` takes the place of the network.
    """

    def __init__(
        self,
        settings: RobotSettings,
        service: Service,
        turns: Turns,
        *,
        transport: httpx.BaseTransport | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._service = service
        self._turns = turns
        self._caller = Caller(settings.timeout_seconds, transport)
        self._now = now
        self._taken: dict[str, int] = {}

    @property
    def name(self) -> str:
        """The receiver's name."""
        return self._settings.name

    @property
    def language(self) -> Language:
        """The language that its readers read."""
        return self._settings.language

    @property
    def abilities(self) -> Abilities:
        """No more than pictures: a robot neither edits nor answers in a thread."""
        return Abilities(pictures=self._service.pictures)

    def send(self, message: Message, key: str, thread: Receipt | None) -> Receipt:
        """Post `message`, part by part.

        Raises:
            NotifyError: the robot did not take it, or not all of it.
        """
        bodies, budget = self._service.bodies(message), Budget()
        for number in range(self._taken.pop(key, 0), len(bodies)):
            self._remember(key, number)
            self._post(bodies[number], budget)
        self._taken.pop(key, None)
        return Receipt(self.name, key, thread.thread if thread else key)

    def _remember(self, key: str, taken: int) -> None:
        self._taken[key] = taken
        if len(self._taken) > REMEMBERED:
            del self._taken[next(iter(self._taken))]

    def _post(self, body: Json, budget: Budget) -> None:
        address, secret = self._address(), self._secret()
        self._turns.wait()
        budget.check()
        if secret is not None and self._service.sign is not None:
            address, body = self._service.sign(address, body, secret, self._now())
        answer = self._caller.call_json("POST", address, body)
        failure = self._service.codes.failure_of(answer)
        if failure is not None and failure.after is not None:
            self._turns.hold(failure.after)
        if failure is not None:
            raise failure

    def edit(self, message: Message, key: str, receipt: Receipt) -> Receipt:  # noqa: ARG002 - the protocol's
        """Raise a NotifyError: a robot changes nothing that it has sent."""
        raise cannot_edit(self.name)

    def find(self, key: str, since: datetime) -> Receipt | None:  # noqa: ARG002 - the protocol's
        """Return None: a robot cannot be asked what it sent."""
        return None

    def check(self) -> str:
        """Look whether the address and the secret are set, send nothing, and say so.

        Raises:
            NotifyError: one is missing or unusable.
        """
        self._address()
        self._secret()
        return "its address is set; nothing was sent"

    def _address(self) -> httpx.URL:
        return address_in(self._settings.address_env)

    def _secret(self) -> str | None:
        variable = self._settings.secret_env
        return secret_of(variable).get_secret_value() if variable else None
