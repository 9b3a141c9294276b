"""The routes of the ready-made pages that have a fixed one."""

ACCOUNT, SECURITY, SESSIONS, ACTIVITY = "/account", "/account/security", "/account/sessions", "/account/activity"
OVERVIEW = "/admin"
USERS, USER, EVENTS = "/admin/users", "/admin/user", "/admin/events"
MISSING = "404"
"""What Reflex calls the page that is shown where there is none."""
