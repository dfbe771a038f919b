"""decode: latent diffusion from the draft, guided by prompt, embeddings and references."""

from engine.decode.decoder import LatentDecoder, load

__all__ = ["LatentDecoder", "load"]
