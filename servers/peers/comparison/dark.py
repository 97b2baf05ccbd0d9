"""A picture's second set of colours, for a page that is dark: as the pictures have that are drawn by hand."""

PAPER = ("#fbfaf7", "#161a20")


def with_dark_colours(svg, colours):
    """`colours` says what becomes of each colour on a dark page. The drawing has them in its elements, and so these must insist."""
    rules = [f'[style*="{what}: {light}"] {{ {what}: {dark} !important; }}' for light, dark in colours.items() for what in ("fill", "stroke")]
    lines = [
        ' <style type="text/css">',
        f"  .paper {{ fill: {PAPER[0]}; }}",
        "  @media (prefers-color-scheme: dark) {",
        f"    .paper {{ fill: {PAPER[1]}; }}",
        *(f"    {rule}" for rule in rules),
        "  }",
        " </style>",
        ' <rect class="paper" width="100%" height="100%" rx="8"/>',
    ]
    figure = ' <g id="figure_1">'
    assert svg.count(figure) == 1
    return svg.replace(figure, "\n".join([*lines, figure]))
