"""What `rxapp.auth` knows of the app, and what the app's handlers and pages declare."""
