"""composite: back into the photo at full size and bit depth; where the blend mask is 0 nothing changes."""
