"""From the window to the engine: the client with its queue, the engine's own process, the wire between them."""
