"""What the browser stores for a person: the pair of tokens, and the key to which a session is bound."""
