"""What the tests of the desk share: an empty ledger in each database that it runs on."""

from tests.servers.databases import postgresql, postgresql_url
from tests.store.conftest import ledger, url

__all__ = ["ledger", "postgresql", "postgresql_url", "url"]
