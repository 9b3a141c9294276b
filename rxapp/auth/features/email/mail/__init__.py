"""How a message is worded, made and handed to the server."""
