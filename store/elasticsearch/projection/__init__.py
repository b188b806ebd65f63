"""The ledger and the counts as documents that Kibana shows."""
