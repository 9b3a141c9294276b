"""How we talk to a provider: what it publishes, its tokens, and how its answers are checked."""
