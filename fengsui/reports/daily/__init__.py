"""What the daily brief says: the facts of a day, and the document that tells them."""
