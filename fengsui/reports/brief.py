"""The daily brief: what happened in a span of time, in numbers next to their baseline.

The numbers are gathered once, from the store and the ledger; the words are found for each reader's
language. Names and words of posts are shown raw in a message and escaped by each channel.
"""

from collections.abc import Callable
from datetime import datetime

from alerts.messages.message import Message
from fengsui.desk.send_once import Announcement, DeliverySummary, send_once
from fengsui.reports.daily.document import document_of
from fengsui.reports.daily.facts import Brief, gather
from fengsui.reports.document.message import message_of
from fengsui.services import Services
from records import Window
from records.language import Language


def send(services: Services, window: Window, clock: Callable[[], datetime]) -> DeliverySummary:
    """Send the brief of `window` to the receivers of every brand, each in its language, once."""
    return send_once(services, announcement(services, window), clock)


def announcement(services: Services, window: Window) -> Announcement:
    """Return the brief of `window` as what is sent once to each receiver."""
    brief = gather(services, window)
    key = f"brief@{window.until:%Y%m%dT%H%MZ}"
    return Announcement(key, "brief", lambda language: compose(services, brief, language))


def compose(services: Services, brief: Brief, language: Language) -> Message:
    """Return what the brief says in `language`, as a message."""
    return message_of(document_of(services, brief, language))
