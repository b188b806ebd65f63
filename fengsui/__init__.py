"""The application: settings, steps, command line."""

import logging

# httpx logs each address with its query, and httpcore each header: both hold secrets.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)
