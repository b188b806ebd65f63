"""The stores and the ledger."""
