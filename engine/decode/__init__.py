"""decode: latent diffusion from the draft, guided by prompt, embeddings, references and controls.

This package imports no model library by itself; :mod:`engine.decode.decoder` does.
"""

from engine.decode.request import ContextPicture, Control, DecodeRequest, Subject

SETTINGS = "decoder/decoder.json"  # in a bundle: that there is a decoder

__all__ = ["SETTINGS", "ContextPicture", "Control", "DecodeRequest", "Subject"]
