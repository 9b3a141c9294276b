"""The routes of the pages."""

FORGOTTEN, CODE_LOGIN = "/forgot-password", "/email-login"
MESSAGES = "/admin/mail"
MAILBOX = "/dev/mailbox"
