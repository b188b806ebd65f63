"""What is kept of people: pseudonyms, opt-outs, forgetting, export, and the log of accesses.

docs/privacy.md holds each of these against the Personal Information Protection Law.
"""

import getpass
import hmac
import logging
import os
import re
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from alerts.messages.format import masked_name
from fengsui.settings.privacy import PrivacySettings
from nlp.text.normalise import fold
from records import Account, Post
from records.state import AUTHOR_KEY
from store.ledger.privacy import Access
from store.pragmas import sync_folder

log = logging.getLogger(__name__)

KEY_FILE: Final = "author.key"
FORMER_FILE: Final = "author.former"
LEAST_KEY: Final = 16
REMEMBERED: Final = 20_000  # authors whose pseudonyms are remembered, in each thread of a run
# 96 bits: two authors of a billion share a pseudonym with a probability of less than 1e-10.
DIGITS: Final = 24
# Verified media and authorities are no persons: their names stay.
INSTITUTIONS: Final = frozenset({Account.MEDIA, Account.GOVERNMENT})
PREFIX: Final = "p-"
PSEUDONYM: Final = re.compile(r"p-[0-9a-f]{24}")
AUTHOR_SUBJECT: Final = "author:{pseudonym}"
POST_SUBJECT: Final = "post:{digest}"
PROVINCES: Final = (
    "北京", "天津", "上海", "重庆", "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江",
    "安徽", "福建", "江西", "山东", "河南", "湖北", "湖南", "广东", "海南", "四川", "贵州", "云南",
    "陕西", "甘肃", "青海", "台湾", "内蒙古", "广西", "西藏", "宁夏", "新疆", "香港", "澳门",
)  # fmt: skip


class PrivacyError(Exception):
    """Nothing can be kept as it has to be; the message says what to do."""


class OptOutBook(Protocol):
    """Where it is kept who is not to be kept, and which key the pseudonyms were made with."""

    def cursor(self, name: str) -> str | None:
        """Return what is remembered under a name."""
        ...

    def set_cursor(self, name: str, value: str) -> None:
        """Remember something under a name."""
        ...

    def opted_out(self) -> frozenset[str]:
        """Return the subjects of which nothing is kept."""
        ...


class Privacy:
    """Turns what sources send into what may be kept.

    `own` are the ids and names of the brands' own accounts: no person's name is hidden there, so
    theirs stay as they are.
    """

    def __init__(
        self,
        settings: PrivacySettings,
        state: Path,
        book: OptOutBook,
        own: Collection[str] = (),
    ) -> None:
        self._settings = settings
        self._state = state
        self._book = book
        self._own = frozenset(map(fold, own))
        self._key: bytes | None = None
        self._former: list[bytes] | None = None
        self._known: dict[str, str] = {}

    def kept(self, posts: Sequence[Post]) -> list[Post]:
        """Return the posts as they may be kept, without those of people who opted out.

        Raises:
            PrivacyError: there is no key for the pseudonyms.
        """
        if not posts:
            return []
        if left_out := self._book.opted_out():
            posts = [post for post in posts if left_out.isdisjoint(self.subjects(post))]
        return [self._reduced(post) for post in posts] if self._settings.pseudonyms else [*posts]

    def subjects(self, post: Post) -> tuple[str, ...]:
        """Return the names under which an opt-out can stand for a post, under former keys too."""
        keys = self._former_keys()
        names = [self.subject_of_post(post.key)]
        names += [POST_SUBJECT.format(digest=_digest_of(key, f"post {post.key}")) for key in keys]
        if post.author:
            names += [AUTHOR_SUBJECT.format(pseudonym=one) for one in self.pseudonyms(post.author)]
        return tuple(names)

    def pseudonyms(self, author: str) -> list[str]:
        """Return the pseudonyms of an author, that of the present key first."""
        if not author or PSEUDONYM.fullmatch(author):
            return [author]
        former = [f"{PREFIX}{_digest_of(key, f'author {author}')}" for key in self._former_keys()]
        return [self.pseudonym(author), *former]

    def subject_of_post(self, key: str) -> str:
        """Return the name under which a post opts out; it does not tell which post it is."""
        return POST_SUBJECT.format(digest=self._digest(f"post {key}"))

    def subject_of_author(self, author: str) -> str:
        """Return the name under which an author opts out."""
        return AUTHOR_SUBJECT.format(pseudonym=self.pseudonym(author))

    def pseudonym(self, author: str) -> str:
        """Return the keyed hash that stands for an author's id; a pseudonym stands for itself.

        Raises:
            PrivacyError: there is no key.
        """
        if not author or PSEUDONYM.fullmatch(author):
            return author
        known = self._known.get(author)
        if known is None:
            if len(self._known) > REMEMBERED:
                self._known.clear()
            known = self._known[author] = f"{PREFIX}{self._digest(f'author {author}')}"
        return known

    def kept_accounts(self, accounts: Iterable[str]) -> frozenset[str]:
        """Return what stands in kept posts for accounts that are named by id or by name."""
        named = [*accounts]
        ids = map(self.pseudonym, named) if self._settings.pseudonyms else named
        return frozenset((*ids, *map(fold, named)))

    def _reduced(self, post: Post) -> Post:
        name = post.author_name
        is_own = not self._own.isdisjoint((fold(post.author), fold(name)))
        is_person = not is_own and post.account not in INSTITUTIONS
        return replace(
            post,
            author=self.pseudonym(post.author),
            author_name=masked_name(name) if is_person else name,
            region=province(post.region),
        )

    def _digest(self, text: str) -> str:
        if self._key is None:
            self._key = checked_key(self._settings, self._state, self._book)
        return _digest_of(self._key, text)

    def _former_keys(self) -> list[bytes]:
        if self._former is None:
            self._former = former_keys(self._state)
        return self._former


def _digest_of(key: bytes, text: str) -> str:
    data = text.encode("utf-8", "surrogatepass")
    return hmac.digest(key, data, "sha256").hex()[:DIGITS]


def fingerprint(key: bytes) -> str:
    """Return what tells one key from another and nothing else of it."""
    return hmac.digest(key, b"fengsui author key", "sha256").hex()[:16]


def former_keys(state: Path) -> list[bytes]:
    """Return the keys that were in use before: opt-outs under them hold."""
    path = state / FORMER_FILE
    return [line for line in path.read_bytes().splitlines() if line] if path.exists() else []


def checked_key(settings: PrivacySettings, state: Path, book: OptOutBook) -> bytes:
    """Return the key of the pseudonyms, which must be the one that they were made with.

    Raises:
        PrivacyError: it is missing or another one; or see `read_key`.
    """
    known, name = book.cursor(AUTHOR_KEY.key()), settings.key_env
    if known is not None and not os.environ.get(name, "").strip():
        path = state / KEY_FILE
        if not path.exists():
            raise PrivacyError(
                f"the key of the pseudonyms is missing: restore {path} from a backup, or set {name}"
            )
    key = read_key(settings, state)
    if known is None:
        book.set_cursor(AUTHOR_KEY.key(), fingerprint(key))
    elif known != fingerprint(key):
        raise PrivacyError(
            f"{name} or {state / KEY_FILE} holds another key than the pseudonyms were made with: "
            "put the right one back, or change it for good with `fengsui privacy rotate-key`"
        )
    return key


def rotate_key(settings: PrivacySettings, state: Path, book: OptOutBook) -> None:
    """Take a new key from now on; opt-outs under the former one hold, old pseudonyms stay.

    A key in the environment is changed there first, and its former value put into FORMER_FILE.

    Raises:
        PrivacyError: the former key is not known any more.
    """
    known, former = book.cursor(AUTHOR_KEY.key()), former_keys(state)
    if not os.environ.get(settings.key_env, "").strip():
        key = checked_key(settings, state, book)
        if key not in former:
            _append_private(state / FORMER_FILE, key)
        (state / KEY_FILE).unlink()
    elif known is not None and known not in map(fingerprint, former):
        raise PrivacyError(
            f"put the former value of {settings.key_env} on a line of {state / FORMER_FILE}, set "
            "the variable to the new one, and run this again: opt-outs need the former key"
        )
    book.set_cursor(AUTHOR_KEY.key(), fingerprint(read_key(settings, state)))


def _append_private(path: Path, line: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(line + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_key(settings: PrivacySettings, state: Path) -> bytes:
    """Return the key of the pseudonyms: the environment's, else that of a file made on first use.

    Raises:
        PrivacyError: the variable holds too little, or the file cannot be read or made.
    """
    given = os.environ.get(settings.key_env, "").strip()
    if given:
        if len(given) < LEAST_KEY:
            raise PrivacyError(f"{settings.key_env} holds fewer than {LEAST_KEY} characters")
        return given.encode()
    path = state / KEY_FILE
    try:
        return _own_key(path)
    except OSError as error:
        raise PrivacyError(f"{path}: {error.strerror}; or set {settings.key_env}") from error


def _own_key(path: Path) -> bytes:
    if not path.exists():
        made = path.with_suffix(f".{os.getpid()}.new")
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            # Of two processes that begin at once, one makes the key and both read that one.
            os.link(made, path)
        except FileExistsError:
            pass
        finally:
            made.unlink()
        # What is written under pseudonyms of a key that is lost belongs to nobody any more.
        sync_folder(path.parent)
    return path.read_bytes().strip()


def province(region: str) -> str:
    """Return the province or the country of a region; what lies within is not kept."""
    place = region.strip()
    for name in PROVINCES:
        if place.startswith(name):
            return name
    return place.split()[0] if place else ""


class PrivateStore(Protocol):
    """Where posts are kept."""

    def posts(self, keys: Sequence[str]) -> list[Post]:
        """Return the posts with these keys."""
        ...

    def keys_of_author(self, author: str) -> list[str]:
        """Return the keys of all posts of `author`."""
        ...

    def forget(self, keys: Sequence[str]) -> int:
        """Delete the posts with these keys."""
        ...

    def expire(self, before: datetime) -> int:
        """Delete the posts published before `before`."""
        ...


class PrivateLedger(OptOutBook, Protocol):
    """Where the rest is kept."""

    def opt_out(self, subject: str, at: datetime, reason: str) -> None:
        """Keep nothing of `subject` from now on."""
        ...

    def log_access(self, access: Access) -> None:
        """Note an access."""
        ...

    def forget_posts(self, keys: Collection[str], names: Collection[str] = ()) -> int:
        """Take the words of posts out of everything else; `names` are ids at the source."""
        ...

    def expire_words(self, before: datetime) -> int:
        """Take out the words that are older than `before`."""
        ...


class Forgotten(NamedTuple):
    """What was deleted: posts, and other rows that held their words."""

    posts: int
    rows: int


def matching(store: PrivateStore, privacy: Privacy, subject: str) -> list[str]:
    """Return the keys of what `subject` names: a post (`source:id`), or an author by id."""
    if store.posts([subject]):
        return [subject]
    found = [store.keys_of_author(name) for name in privacy.pseudonyms(subject)]
    return sorted({key for keys in found for key in keys})


def forget(
    store: PrivateStore, ledger: PrivateLedger, privacy: Privacy, subject: str, now: datetime
) -> Forgotten:
    """Delete what `subject` names and keep nothing of it in future.

    What was counted stays counted: numbers name nobody.
    """
    keys = matching(store, privacy, subject)
    of_post = subject in keys
    name = privacy.subject_of_post(subject) if of_post else privacy.subject_of_author(subject)
    # First the opt-out: killed in between, nothing comes back and the rest can be repeated.
    ledger.opt_out(name, now, "forgotten on request")
    names = {subject} if PSEUDONYM.fullmatch(subject) is None else set()
    # An item that nobody could read names a post by its id at the source alone.
    names |= {key.partition(":")[2] for key in keys}
    rows = ledger.forget_posts(keys, names)
    posts = store.forget(keys) if keys else 0
    ledger.log_access(Access(now, whoami(), "forget", name, posts))
    return Forgotten(posts, rows)


def expire(
    store: PrivateStore, ledger: PrivateLedger, settings: PrivacySettings, now: datetime
) -> Forgotten:
    """Delete posts, and words elsewhere, that are older than is promised; counts stay."""
    if not settings.days:
        return Forgotten(0, 0)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    before = midnight - timedelta(days=settings.days)
    return Forgotten(store.expire(before), ledger.expire_words(before))


def whoami() -> str:
    """Return the name of the person who runs this, for the log of accesses."""
    try:
        return getpass.getuser()[:64]
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
