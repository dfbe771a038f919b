"""Training of the binding: what ties pictures and sounds to the words' space."""
