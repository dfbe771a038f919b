"""Trains the restorer: photographs are damaged as decoders and cameras damage them, and the network undoes it."""
