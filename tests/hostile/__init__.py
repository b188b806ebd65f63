"""Long inputs that a stranger sends, for everything that reads them."""
