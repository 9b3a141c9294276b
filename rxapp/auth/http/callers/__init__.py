"""The caller of a request: its address, its access token, its DPoP proof."""
