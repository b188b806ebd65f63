"""Messages by e-mail: one opens a thread, later ones answer to it."""

import logging
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypeVar

from alerts.messages.message import Message
from alerts.notify.email.errors import failure_of
from alerts.notify.email.renderer import mail_of, message_id
from alerts.notify.email.settings import EmailReceiver
from alerts.notify.exchange import Deadline, Exchange
from alerts.notify.protocol import Abilities, NotifyError, cannot_edit
from alerts.notify.secret_env import secret_of
from records import Receipt
from records.language import Language

log = logging.getLogger(__name__)

T = TypeVar("T")


class _Connection(smtplib.SMTP):
    """An SMTP client on a socket that is open already."""

    def __init__(self, sock: socket.socket, settings: EmailReceiver) -> None:
        # The name is given, since asking for this machine's may take long.
        name = settings.sender.rpartition("@")[2]
        super().__init__(local_hostname=name, timeout=settings.timeout_seconds)
        self.sock = sock
        # What the certificate is held against after STARTTLS.
        self._host = settings.host

    def greet(self) -> None:
        """Read the server's greeting."""
        code, _ = self.getreply()
        if code != 220:
            raise smtplib.SMTPConnectError(code, b"")

    def leave(self) -> None:
        """Say good-bye; the mail is delivered, however the server takes that."""
        try:
            self.quit()
        except (OSError, smtplib.SMTPException) as error:
            log.debug("the mail server took no QUIT (%s)", type(error).__name__)


class EmailNotifier:
    """Sends each message as a mail over TLS, all recipients in one.

    The Message-ID is made of the message's key: a mail sent again has the same one, and mail
    servers that drop doubles know it. `exchange` has the deadline of all.
    """

    def __init__(
        self,
        settings: EmailReceiver,
        *,
        exchange: Exchange | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._exchange = exchange or Exchange()
        self._now = now

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
        """It has threads, and shows pictures."""
        return Abilities(threads=True, pictures=True)

    def send(self, message: Message, key: str, thread: Receipt | None) -> Receipt:
        """Send `message`; in a thread it answers to the first mail.

        It counts as sent where the server took it for at least one recipient.

        Raises:
            NotifyError: the server did not take it.
        """
        own = self._settings
        root = thread.thread if thread is not None and thread.thread.startswith("<") else None
        mail = mail_of(
            message,
            key=key,
            sender=own.sender,
            recipients=own.recipients,
            root=root,
            at=self._now(),
        )
        readers = list(own.recipients)
        refused = self._talk(lambda connection: connection.send_message(mail, own.sender, readers))
        if refused:
            count = f"{len(refused)} of {len(own.recipients)}"
            log.warning("%s: the mail server refused %s addresses", self.name, count)
        sent = message_id(key, own.sender)
        return Receipt(self.name, sent, root or sent)

    def edit(self, message: Message, key: str, receipt: Receipt) -> Receipt:  # noqa: ARG002 - the protocol's
        """Raise a NotifyError: a mail that was sent stays as it is."""
        raise cannot_edit(self.name)

    def find(self, key: str, since: datetime) -> Receipt | None:  # noqa: ARG002 - the protocol's
        """Return None: SMTP cannot be asked. The same Message-ID lets servers drop the double."""
        return None

    def check(self) -> str:
        """Connect and log in, send nothing, and say so.

        Raises:
            NotifyError: the password is missing or refused, or the server cannot be reached.
        """
        self._talk(lambda connection: connection.noop())
        return f"the mail server {self._settings.host} lets {self._settings.sender} in"

    def _talk(self, act: Callable[[smtplib.SMTP], T]) -> T:
        """Return what `act` returns of a connection that is encrypted and logged in."""
        username = self._settings.username
        password = secret_of(self._settings.password_env) if username else None

        def ask(deadline: Deadline) -> T:
            with self._socket(deadline) as sock, self._encrypted(sock) as connection:
                if username and password is not None:
                    connection.login(username, password.get_secret_value())
                done = act(connection)
                connection.leave()
                return done

        try:
            return self._exchange.ask(ask)
        except (OSError, ValueError, smtplib.SMTPException) as error:
            failure = failure_of(error)
        # Raised out here, so that the cause, which holds addresses, does not travel along.
        raise failure

    @contextmanager
    def _socket(self, deadline: Deadline) -> Iterator[socket.socket]:
        own = self._settings
        limit = min(own.timeout_seconds, deadline.left)
        address = (own.host, own.connects_to)
        # Encryption takes the socket over; its twin ends the same connection.
        with socket.create_connection(address, limit) as sock, sock.dup() as twin:
            deadline.watch(twin)
            yield sock

    @contextmanager
    def _encrypted(self, sock: socket.socket) -> Iterator[_Connection]:
        own = self._settings
        context = _context(own)
        if own.security == "tls":
            sock = context.wrap_socket(sock, server_hostname=own.host)
        connection = _Connection(sock, own)
        try:
            connection.greet()
            if own.security == "starttls":
                connection.starttls(context=context)
            yield connection
        finally:
            connection.close()


def _context(settings: EmailReceiver) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.ca_certs)
    except OSError:
        raise NotifyError("ca_certs names no readable certificates", retry=False) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
