"""The pictures in the documents: each is made by a script, and the film is one that a README can carry."""

import re

import pytest
from PIL import Image

from benchmarks import __main__ as benchmarks
from pictures.stills import STILLS
from tests.conftest import ROOT
from tests.test_documents import DOCUMENTS

IMAGES = ROOT / "docs" / "images"
FILM = IMAGES / "film.webp"
A_MEGABYTE = 1_000_000
AT_MOST_SECONDS = 40


def test_the_film_moves_and_is_below_a_megabyte():
    assert FILM.stat().st_size < A_MEGABYTE
    with Image.open(FILM) as film:
        seconds = 0.0
        for number in range(film.n_frames):
            film.seek(number)
            film.load()
            seconds += film.info["duration"] / 1_000
        assert film.n_frames > 20
        assert film.info["loop"] == 0, "it begins again"
        assert seconds < AT_MOST_SECONDS


def test_make_pictures_makes_all_that_are_no_charts_and_make_bench_the_charts():
    files = {file.name for file in IMAGES.iterdir()}
    assert {name for name in files if not name.endswith(".svg")} == {FILM.name, *(f"{name}.png" for name in STILLS)}
    assert benchmarks.IMAGES == IMAGES


@pytest.mark.parametrize("name", [f"{name}.png" for name in STILLS] + [FILM.name])
def test_each_is_shown_somewhere_and_described_for_those_who_do_not_see_it(name):
    described = [re.findall(rf"!\[([^]]+)\]\([^)]*images/{re.escape(name)}\)", file.read_text()) for file in DOCUMENTS]
    assert any(described)
