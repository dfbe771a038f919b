"""Text, pictures and sounds to vectors of one space (384-d, unit norm), with names and moods.

:class:`Encoder` is the entry point; the towers lie in a module each.
"""

from __future__ import annotations

from engine.encode.encoder import Encoder, Heard, Seen

__all__ = ["Encoder", "Heard", "Seen"]
