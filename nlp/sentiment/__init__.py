"""Sentiment models: three classes, batch first."""
