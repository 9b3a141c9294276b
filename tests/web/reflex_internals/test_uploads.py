"""Which handlers take files, and what stands for a file in an event."""

import io

import pytest
import reflex as rx
from reflex_components_core.core._upload import UploadChunkIterator

from rxapp.auth.web.reflex_internals.uploads import FILES, receive, takes_files


def files(self, files: list[rx.UploadFile]): ...
def chunks(self, chunks: rx.UploadChunkIterator): ...
def in_words(self, files: "list[rx.UploadFile]"): ...
def of_names_that_are_not_there(self, files: "list[NotYet.UploadFile]"): ...  # noqa: F821
def words(self, name: str, number: int | None = None): ...
def nothing(self): ...


@pytest.mark.parametrize("handler", [files, chunks, in_words, of_names_that_are_not_there])
def test_by_its_annotations_a_handler_takes_files(handler):
    assert takes_files(handler)


@pytest.mark.parametrize("handler", [words, nothing])
def test_others_take_none(handler):
    assert not takes_files(handler)


def test_a_file_and_a_stream_of_chunks_are_both_known_by_their_classes():
    assert isinstance(rx.UploadFile(file=io.BytesIO(), path=None), FILES)
    assert UploadChunkIterator in FILES


def test_what_receives_an_upload_is_made_of_something_with_an_event_processor():
    assert callable(receive(object()))
