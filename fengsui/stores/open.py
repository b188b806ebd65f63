"""The store of posts, mentions and counts that the settings name: here alone one is chosen."""

from contextlib import AbstractContextManager
from datetime import UTC, datetime

from fengsui.settings.application import Settings
from fengsui.stores.keeper import Keeper, elasticsearch_keeper, sqlite_keeper
from fengsui.stores.search_tokens import tokenize, words
from store.interface import MentionStore
from store.ledger.ledger import Ledger
from store.sqlite.store import SqliteMentionStore


def opened_store(settings: Settings, ledger: Ledger) -> MentionStore:
    """Open the store; what Elasticsearch refuses for good becomes a dead letter of the ledger.

    Raises:
        StoreError: it cannot be reached or used; its kinds say what to do.
    """
    if not settings.has_elasticsearch:
        return SqliteMentionStore(settings.state / "mentions.sqlite3", tokenize=tokenize)
    # The client takes a second to load: only where it is used.
    from store.elasticsearch.store import ElasticsearchMentionStore  # noqa: PLC0415

    def reject(identity: str, index: str, reason: str, document: str) -> None:
        ledger.dead_letter(identity, index, reason, document, datetime.now(UTC))

    return ElasticsearchMentionStore(
        settings.elasticsearch, tokenize=tokenize, words=words, reject=reject
    )


def keeper_of(settings: Settings) -> AbstractContextManager[Keeper]:
    """Return what keeps the store as a whole.

    Raises:
        StoreError: it cannot be reached or used.
    """
    if settings.has_elasticsearch:
        return elasticsearch_keeper(settings)
    return sqlite_keeper(settings)
