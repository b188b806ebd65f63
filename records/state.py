"""What is remembered from one run to the next: the families of the ledger's keys.

Every key is made here. The registry stands at the bottom because listeners and the application
both remember, and neither may know the ledger. What is in a value is known to the module that
reads and writes it (`value`): `store.ledger.state`, or the listener's own.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Family:
    """Keys of one kind: its name, then its parts, with dots between them.

    `value` says what stands under a key, `writer` which module writes it, `purpose` what it is for.
    """

    name: str
    parts: tuple[str, ...]
    value: str
    writer: str
    purpose: str

    @property
    def pattern(self) -> str:
        """What its keys look like, such as `collect.{source}`."""
        return self.key(*(f"{{{part}}}" for part in self.parts))

    def key(self, *parts: str) -> str:
        """Return the key for `parts`, one text for each part of the family.

        Raises:
            ValueError: there are more or fewer.
        """
        if len(parts) != len(self.parts):
            raise ValueError(f"a key of {self.name} has the parts {self.parts}, not {parts}")
        return ".".join((self.name, *parts))

    def owns(self, key: str) -> bool:
        """Return whether `key` is one of the family's; its parts may hold dots themselves."""
        name, *rest = key.split(".")
        return name == self.name and len(rest) >= len(self.parts) and bool(rest) == bool(self.parts)


COLLECT: Final = Family(
    "collect",
    ("source",),
    "time",
    "fengsui.ingest.source_state",
    "up to when a source was read as a whole: the next poll begins there",
)
STANDING: Final = Family(
    "standing",
    ("source",),
    "SourceState",
    "fengsui.ingest.source_state",
    "failures of a source in a row, who reads it now, and until when it is left alone",
)
PART: Final = Family(
    "part",
    ("source", "part"),
    "time",
    "listeners.context",
    "up to when a part of a source (a keyword, an account) was read",
)
REFUSED: Final = Family(
    "refused",
    ("source",),
    "RefusalCount by Refusal",
    "listeners.context",
    "how often a source refused in each way, and when it last did",
)
HOST: Final = Family(
    "host",
    ("host",),
    "HostState",
    "listeners.client.client",
    "when a host may be asked next, and until when it rests: one pace for all processes",
)
SEEN: Final = Family(
    "seen",
    ("digest",),
    "Validators",
    "listeners.client.client",
    "the validators of an address's last answer: what has not changed is not sent again",
)
FIRST: Final = Family(
    "first",
    ("source", "part"),
    "time by entry",
    "listeners.sources.hot_lists",
    "since when the entries of a list or feed stand there that bear no time of their own",
)
IMAP: Final = Family(
    "imap",
    ("source",),
    "UIDVALIDITY and UID",
    "listeners.sources.imap",
    "the last letter that was read from a mailbox",
)
LOOKED: Final = Family(
    "looked",
    ("source",),
    "time",
    "fengsui.ingest.recheck",
    "when a source was last asked again for posts of the last days",
)
MISSING: Final = Family(
    "missing",
    ("source",),
    "post keys",
    "fengsui.ingest.recheck",
    "posts that were missing once: missing a second time means deleted",
)
WATCHED: Final = Family(
    "watched",
    (),
    "time",
    "fengsui.ingest.slo",
    "when the sources were last compared with what the settings promise",
)
VERIFIED: Final = Family(
    "verified",
    (),
    "time",
    "fengsui.pipeline.sending",
    "when the receivers were last asked whether they could take a message",
)
CALENDAR: Final = Family(
    "calendar",
    ("rota",),
    "time",
    "fengsui.desk.duty.calendars",
    "when the address of a rota's calendar was last asked",
)
DETECT: Final = Family(
    "detect",
    (),
    "DetectedTo",
    "fengsui.pipeline.steps",
    "up to when detection ran, and the revision of the counts that it saw",
)
LATE: Final = Family(
    "late",
    (),
    "LateJudged",
    "fengsui.pipeline.steps",
    "which hours were last judged again for posts that came late, and what was too late",
)
BACKFILL: Final = Family(
    "backfill",
    (),
    "BackfillProgress",
    "fengsui.pipeline.backfill",
    "how many slices of a backfill are scored again",
)
PROJECT: Final = Family(
    "project",
    (),
    "ProjectionProgress",
    "fengsui.pipeline.projection",
    "how far Kibana's indices follow the counts and the ledger",
)
NOTICE: Final = Family(
    "notice",
    ("subject", "receiver"),
    "NoticeState",
    "fengsui.desk.send_once",
    "read only: the last brief or review that 0.1 sent to a receiver; now the outbox knows it",
)
DAILY: Final = Family(
    "daily",
    (),
    "day in Beijing",
    "fengsui.maintenance.daily",
    "the day on which old words were last deleted",
)
REPORT: Final = Family(
    "report",
    ("series",),
    "time",
    "fengsui.reports.schedule",
    "up to when the continuous run last queued a report of a series: each is queued once",
)
EXPIRED: Final = Family(
    "expired",
    (),
    "time",
    "fengsui.maintenance.retention",
    "the day to which old posts were last deleted: a wrong clock deletes one day more, not all",
)
AUTHOR_KEY: Final = Family(
    "author_key",
    (),
    "fingerprint",
    "fengsui.privacy",
    "which key the pseudonyms were made with: another one would make two people of each",
)
MODEL: Final = Family(
    "model",
    (),
    "Promotion",
    "fengsui.models",
    "the model that a person promoted in place of the settings' own",
)

FAMILIES: Final = (
    COLLECT,
    STANDING,
    PART,
    REFUSED,
    HOST,
    SEEN,
    FIRST,
    IMAP,
    LOOKED,
    MISSING,
    WATCHED,
    VERIFIED,
    CALENDAR,
    DETECT,
    LATE,
    BACKFILL,
    PROJECT,
    NOTICE,
    DAILY,
    REPORT,
    EXPIRED,
    AUTHOR_KEY,
    MODEL,
)


def family_of(key: str) -> Family | None:
    """Return the family that `key` is of, None where no part of this program writes such a key."""
    return next((family for family in FAMILIES if family.owns(key)), None)
