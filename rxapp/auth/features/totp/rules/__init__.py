"""The rules of one-time codes and of recovery codes."""
