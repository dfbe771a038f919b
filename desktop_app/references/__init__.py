"""The bins of pictures and sounds, the sound card, and the user's library."""
