"""A bar chart as SVG, by hand: it follows the reader's light or dark look by itself, which a drawing library's does not."""

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, LABELS, VALUES, BAR, GAP, TOP = 720, 130, 70, 16, 14, 64
"""Pixels. `LABELS` and `VALUES` is what the texts left and right of the bars take."""

STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2937 } .title { font-weight: 600; font-size: 15px }
.s0 { fill: #94a3b8 } .s1 { fill: #4f46e5 } .s2 { fill: #d97706 } .s3 { fill: #0d9488 }
@media (prefers-color-scheme: dark) { text { fill: #e5e7eb } .s0 { fill: #64748b } .s1 { fill: #818cf8 } .s2 { fill: #fbbf24 }
.s3 { fill: #2dd4bf } }
"""


def bars(title: str, series: Sequence[str], groups: Mapping[str, Sequence[float]], unit: str = "") -> str:
    """Horizontal bars: `groups` has a value for each of `series`, of which there are four at most."""
    most = max(max(values) for values in groups.values()) or 1
    parts, y = [_text(LABELS, 22, title, "title"), *_legend(series)], TOP
    for name, values in groups.items():
        middle = y + len(values) * BAR / 2 + 5
        parts.append(_text(LABELS - 10, middle, name, anchor="end"))
        for number, value in enumerate(values):
            width = max(1, value / most * (WIDTH - LABELS - VALUES))
            parts.append(
                f'<rect class="s{number}" x="{LABELS}" y="{y + number * BAR}" width="{width:.0f}" height="{BAR - 2}" rx="2"/>'
            )
            parts.append(_text(LABELS + width + 6, y + number * BAR + 12, f"{value:,.{0 if value >= 10 else 1}f}{unit}"))
        y += len(values) * BAR + GAP
    size = f'width="{WIDTH}" height="{y}" viewBox="0 0 {WIDTH} {y}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"><title>{escape(title)}</title><style>{STYLE}</style>'
    return "\n".join([head, *parts, "</svg>"]) + "\n"


def _legend(series: Sequence[str]) -> list[str]:
    parts, x = [], LABELS
    for number, name in enumerate(series):
        parts.append(f'<rect class="s{number}" x="{x}" y="36" width="12" height="12" rx="2"/>')
        parts.append(_text(x + 18, 47, name))
        x += 40 + 8 * len(name)
    return parts


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(text)}</text>'
