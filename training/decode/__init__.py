"""Training of the decoder: networks of a bundle or fresh ones, over a frozen autoencoder and frozen text encoders."""
