"""Handlers whose annotations Python keeps as texts."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.core._upload import UploadFile as File


async def files(self, files: list[rx.UploadFile]) -> None:
    """Several."""


async def alone(self, file: rx.UploadFile) -> None:
    """One."""


async def chunks(self, chunks: rx.UploadChunkIterator) -> None:
    """In pieces."""


async def renamed(self, files: list[File]) -> None:
    """By another name."""
