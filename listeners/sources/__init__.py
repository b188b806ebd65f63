"""One module a source: its settings, a pure `parse`, and a `fetch(window)`."""
