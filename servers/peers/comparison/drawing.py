"""Draws what scale.py has measured: its JSON on standard input, the name of the SVG file as the only word."""

import io
import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot
from matplotlib.ticker import FuncFormatter

from .dark import with_dark_colours
from .fleet import BARE, HYPER

# GREY is for words and axes.
GREY, GRID = "#5b6472", "#b0b0b0"
COLOURS = {"ours": "#2f9d5f", "tokio": "#d98a1f", HYPER: "#d98a1f", "smol": "#6f83d6", BARE: "#6f83d6"}
DARK = {GREY: "#a6b1c2", GRID: "#aab6c8", "#2f9d5f": "#55b380", "#d98a1f": "#e0a04a", "#6f83d6": "#93a5ee"}
PANELS = [
    ("sleepers", "cpu_ns", "a sleeping task, from its spawning to its end", "ns of CPU, each", "log"),
    ("sleepers", "resident", "a sleeping task", "bytes in memory, each", "linear"),
    ("connections", "cpu_us", "a request, when so many connections ask", "µs of CPU, each", "linear"),
    ("connections", "resident", "a silent connection", "bytes in memory, each", "log"),
]


def short(value, _):
    """1k and not 1,000: there are seven of them in a row."""
    return next((f"{value / unit:g}{name}" for unit, name in ((1e6, "M"), (1e3, "k")) if value >= unit), f"{value:g}")


def draw(found, path):
    pyplot.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "scale", "font.family": "sans-serif"}
    for what in ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"):
        pyplot.rcParams[what] = GREY
    figure, axes = pyplot.subplots(2, 2, figsize=(9, 6.5))
    for axis, (kind, key, title, unit, scale) in zip(axes.flat, PANELS):
        for name, by_count in found[kind].items():
            # Less than a page for all of them is not a figure.
            points = [(int(count), one[key]) for count, one in by_count.items() if one.get(key, 0) > 0]
            axis.plot(*zip(*points), marker="o", markersize=4, label=name, color=COLOURS[name])
        axis.set(xscale="log", yscale=scale, ylabel=unit, xlabel="how many")
        axis.set_title(title, fontsize="medium")
        if scale == "linear":
            axis.set_ylim(bottom=0)
        axis.xaxis.set_major_formatter(FuncFormatter(short))
        axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
        axis.yaxis.set_minor_formatter(FuncFormatter(lambda value, _: ""))
        axis.grid(color=GRID, alpha=0.25)
        axis.spines[["top", "right"]].set_visible(False)
        axis.legend(frameon=False)
    figure.tight_layout()
    svg = io.StringIO()
    figure.savefig(svg, format="svg", transparent=True, metadata={"Date": None})
    Path(path).write_text(with_dark_colours(svg.getvalue(), DARK), encoding="utf-8")


if __name__ == "__main__":
    draw(json.load(sys.stdin), sys.argv[1])
