"""The photo on the screen: where it lies, how it is drawn, and what is drawn over it."""
