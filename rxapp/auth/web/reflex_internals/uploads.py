"""Uploads: Reflex's function that receives them, and which event handlers take files."""

import re
from collections.abc import Callable
from typing import Any, get_args, get_type_hints

from reflex import _upload
from reflex_components_core.core._upload import UploadChunkIterator, UploadFile

receive = _upload.upload
"""Needs: `upload(app)`, which makes the function that receives an upload. It uses only the `event_processor` of `app`.
Why: our route checks the ticket, and Reflex reads the files.
Without it: there are no uploads."""

FILES = (UploadFile, UploadChunkIterator)
"""Needs: the two classes of files in the payload of an upload's event. `rx.UploadFile` is one of them.
Why: an upload comes over HTTP, so the gate has another rule for it than for events over a WebSocket.
Without it: an upload counts as a click of an unknown connection."""

_FILE_TYPE_NAME = re.compile(r"\bUpload(File|ChunkIterator)\b")
"""For an annotation that is a string with names that cannot be resolved."""


def takes_files(handler: Callable) -> bool:
    """Whether a page could send files to this function. Its annotations say so, to Reflex as well."""
    return any(_is_of_files(annotation) for annotation in _annotations(handler))


def _annotations(handler: Callable) -> list[Any]:
    try:
        return list(get_type_hints(handler).values())
    except Exception:  # noqa: BLE001  reading an annotation may run any code
        return list(handler.__annotations__.values())


def _is_of_files(annotation: Any) -> bool:
    if isinstance(annotation, str):
        return _FILE_TYPE_NAME.search(annotation) is not None
    if isinstance(annotation, type) and issubclass(annotation, FILES):
        return True
    return any(_is_of_files(part) for part in get_args(annotation))
