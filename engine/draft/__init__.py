"""The draft step: a picture that already holds what can be had honestly, before any network paints.

Holes are filled from the picture's own surroundings, references are placed with their own pixels, tone is moved.
"""
