"""Mutated inputs of every kind that the program reads: seeds, mutations that know the formats, and who takes them."""
