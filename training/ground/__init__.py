"""Trains the grounding network: hand-made labels of photographs, composed scenes, the loop.

``labels.jsonl`` was made by eye: outlines of objects, and a 12 by 9 grid of letters for what stands where.
"""
