"""The attack lab: what really happens to a session that is attacked, tried on the running server.

Each attack gets an account of its own, which is deleted afterwards. Beside it the same is tried on what many tutorials build.
"""
