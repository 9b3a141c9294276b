"""What the browser keeps for a person: the pair of tokens, and the key that a session is bound to."""
