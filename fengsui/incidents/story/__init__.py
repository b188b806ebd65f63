"""What a story is at a moment: its posts, who carries it, what it is about, and its numbers."""
