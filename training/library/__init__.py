"""The shipped reference library, made reproducibly from photographs and outlines drawn by eye.

``python -m training.library`` rebuilds ``resources/library`` from a data folder and ``table.jsonl``.
"""
