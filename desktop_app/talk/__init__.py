"""What the user asks and what the engine understood: instruction, conversation and plan."""
