"""Who sends a request: its address, its token, its proof."""
