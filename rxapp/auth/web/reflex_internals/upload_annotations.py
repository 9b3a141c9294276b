"""Which event handlers take files, by their annotations, as Reflex finds it out too."""

import re
from collections.abc import Callable
from typing import Any, get_args, get_type_hints

from reflex_components_core.core._upload import UploadChunkIterator, UploadFile

_IN_WORDS = re.compile(r"\bUpload(File|ChunkIterator)\b")
"""In an annotation that is a text whose names are not known yet, or never."""


def takes_files(handler: Callable) -> bool:
    """Whether a page could send files to this function."""
    return any(_is_of_files(annotation) for annotation in _annotations(handler))


def _annotations(handler: Callable) -> list[Any]:
    try:
        return list(get_type_hints(handler).values())
    except Exception:  # noqa: BLE001  to read an annotation may run anything
        return list(handler.__annotations__.values())


def _is_of_files(annotation: Any) -> bool:
    if isinstance(annotation, str):
        return _IN_WORDS.search(annotation) is not None
    if isinstance(annotation, type) and issubclass(annotation, UploadFile | UploadChunkIterator):
        return True
    return any(_is_of_files(part) for part in get_args(annotation))
