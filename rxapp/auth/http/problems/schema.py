"""What a problem document looks like."""

from datetime import datetime

from pydantic import BaseModel, Field

PROBLEM_TYPE = "application/problem+json"


class Problem(BaseModel):
    """A problem document (RFC 9457) with a stable `code`."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    reason: str | None = None
    stage: str | None = None
    pending_login: str | None = Field(None, alias="pendingLogin")
    expires_at: datetime | None = Field(None, alias="expiresAt")
    methods: list[str] | None = None
    request_id: str | None = Field(None, alias="requestId")
