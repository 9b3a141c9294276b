"""Uploads: what receives them in Reflex, and which event handlers take files."""

import re
from collections.abc import Callable
from typing import Any, get_args, get_type_hints

from reflex import _upload
from reflex_components_core.core._upload import UploadChunkIterator, UploadFile

receive = _upload.upload
"""Needs: `upload(app)`, which makes the function that receives an upload. Of `app` it asks for the `event_processor` only.
Why: our route looks at the ticket, and leaves the reading of files to Reflex.
Without it: there are no uploads."""

FILES = (UploadFile, UploadChunkIterator)
"""Needs: both classes of which one is in the payload of an upload's event. `rx.UploadFile` is one of them.
Why: an upload comes over HTTP, so the gate has another rule for it than for what comes over a WebSocket.
Without it: an upload counts as a click, whose connection is not known."""

_IN_WORDS = re.compile(r"\bUpload(File|ChunkIterator)\b")
"""In an annotation that is a text whose names are not known yet, or never."""


def takes_files(handler: Callable) -> bool:
    """Whether a page could send files to this function: by its annotations, as Reflex finds it out too."""
    return any(_is_of_files(annotation) for annotation in _annotations(handler))


def _annotations(handler: Callable) -> list[Any]:
    try:
        return list(get_type_hints(handler).values())
    except Exception:  # noqa: BLE001  to read an annotation may run anything
        return list(handler.__annotations__.values())


def _is_of_files(annotation: Any) -> bool:
    if isinstance(annotation, str):
        return _IN_WORDS.search(annotation) is not None
    if isinstance(annotation, type) and issubclass(annotation, FILES):
        return True
    return any(_is_of_files(part) for part in get_args(annotation))
