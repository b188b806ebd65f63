"""Sources in, posts out: one module a source, each with a pure `parse` and a `fetch(window)`."""
