"""How light or dark a page looks."""

from playwright.sync_api import Locator

BACKGROUND = """element => {
    const canvas = document.createElement("canvas").getContext("2d");
    for (let shown = element; shown; shown = shown.parentElement) {
        canvas.fillStyle = getComputedStyle(shown).backgroundColor;
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillRect(0, 0, 1, 1);
        const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
        if (alpha) {
            return [red, green, blue];
        }
    }
    return [255, 255, 255];
}"""


def is_dark(element: Locator) -> bool:
    """Whether what is behind the element's text is dark."""
    return sum(element.evaluate(BACKGROUND)) < 3 * 128
