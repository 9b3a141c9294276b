"""The tags under which the OpenAPI document lists our operations."""

LOG_IN, ACCOUNT, KEYS, OPERATIONS = "Log in", "Account", "Keys", "Operations"
