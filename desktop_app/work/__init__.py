"""The work in hand: the document, its history, and everything that keeps it from getting lost."""
