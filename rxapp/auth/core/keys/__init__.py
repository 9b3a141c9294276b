"""Keys: their derivation, their encryption and storage, and the ring of keys in use."""
