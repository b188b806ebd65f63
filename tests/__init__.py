"""Each test states its rule."""
