"""The review of an incident: its facts, recounted from the store, and the document."""
