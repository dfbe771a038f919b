"""Measures of a result: what they compute and from which paper."""
