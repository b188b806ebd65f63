"""What steps, alerts and dashboards share: mentions with their counts, and the ledger."""
