"""From the outbox to the receivers: routes, bundles, retries."""
