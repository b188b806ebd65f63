"""Parts of the understanding of texts, each measured next to its alternative."""
