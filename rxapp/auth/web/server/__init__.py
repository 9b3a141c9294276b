"""The server of `serve`: uvicorn, with the limits on connections that it does not have, and its supervisor of workers."""
