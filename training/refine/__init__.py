"""Stage "refinement learning": the prior, from pairs of embeddings and scores."""
