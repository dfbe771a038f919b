"""Trains the look predictor from a table of phrases and looks, and holds the scores of the mood measurement.

``python -m training.look.train`` writes ``resources/starter/look.safetensors``.
"""
