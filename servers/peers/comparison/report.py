"""Turns what was measured into tables: Markdown, padded so that a terminal shows it as well."""

from statistics import median, quantiles

from .fleet import BARE, FLEET, HYPER
from .loads import BY_KEY

WHAT = {server.name: server.what for server in FLEET}


def ratios(table, name, base, key="per_second"):
    """The ratio of two servers' figures in each round in which both were measured."""
    pairs = zip(table.get(name, []), table.get(base, []))
    return [one[key] / other[key] for one, other in pairs if one and other]


def pooled(rounds, key):
    """A figure per request, over all rounds together: the kernel counts CPU time in coarse steps."""
    done = [one for one in rounds if one]
    requests = sum(one["requests"] for one in done)
    return sum(one[key] * one["requests"] for one in done) / requests if requests else None


def spread(values):
    """The median, and between which values the middle half lies."""
    if not values:
        return "failed"
    middle = median(values)
    places = 2 if middle >= 0.1 else 3
    if len(values) < 3:
        return f"{middle:.{places}f}"
    low, _, high = quantiles(values, n=4, method="inclusive")
    return f"{middle:.{places}f} ({low:.{places}f} to {high:.{places}f})"


def table(heading, rows, words=1):
    """A Markdown table whose first columns are words, and the others numbers, which stand to the right."""
    rows = [heading, *rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heading))]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:words], widths)]
        cells += [cell.rjust(width) for cell, width in zip(row[words:], widths[words:])]
        lines.append("| " + " | ".join(cells) + " |")
    rule = ["-" * width for width in widths[:words]] + ["-" * (width - 1) + ":" for width in widths[words:]]
    lines.insert(1, "| " + " | ".join(rule) + " |")
    return "\n".join(lines)


def rate_tables(result, client):
    """Requests per second, ratios and CPU time, by shape."""
    by_shape = result["rates"][client]
    names = list(dict.fromkeys(name for shape in by_shape.values() for name in shape))
    heading = ["server", *(BY_KEY[key].title for key in by_shape)]

    def of_each(cell):
        rows = []
        for name in names:
            rows.append([name, *(cell(shape, name) if name in shape else "" for shape in by_shape.values())])
        return rows

    def rate(shape, name):
        done = [one["per_second"] for one in shape[name] if one]
        return f"{round(median(done), -2):,.0f}" if done else "failed"

    def cpu(shape, name):
        user, system = pooled(shape[name], "user_us"), pooled(shape[name], "system_us")
        return "failed" if user is None else f"{user:.2f} + {system:.2f}"

    def busy(shape, name):
        share = [one["busy"] for one in shape[name] if one]
        return f"{median(share):.0%}" if share else "failed"

    client_name = {"lean": "the lean client", "wrk": "wrk"}[client]
    yield f"Requests per second, median ({client_name})", table(heading, of_each(rate))
    for base in [BARE, HYPER, *result["also"]]:
        if base in names:
            cells = of_each(lambda shape, name: spread(ratios(shape, name, base)))
            title = f"Requests per second, ratio to {base} in the same round ({client_name})"
            yield title, table(heading, cells)
    if BARE in names:
        cells = of_each(lambda shape, name: spread(ratios(shape, name, BARE, "cpu_us")))
        yield f"CPU time per request, x {BARE} in the same round ({client_name})", table(heading, cells)
    yield f"CPU time per request, user + system, microseconds ({client_name})", table(heading, of_each(cpu))
    yield f"The server's share of its core ({client_name})", table(heading, of_each(busy))


def count_tables(counts):
    """Instructions, cache lines and system calls per request, by shape."""
    counted = {name: mine["instructions"] for name, mine in counts.items() if mine["instructions"]}
    bare = counted.get(BARE)
    keys = list(dict.fromkeys(key for mine in counted.values() for key in mine))
    rows = []
    for name, mine in counted.items():
        rows.append([name, *(f"{mine[key]:,.0f}" for key in keys)])
        rows[-1] += [f"{mine[key] / bare[key]:.2f}" for key in keys] if bare else []
    heading = ["server", *(BY_KEY[key].title for key in keys)]
    heading += [f"{BY_KEY[key].title}, x {BARE}" for key in keys] if bare else []
    yield "Instructions per request (callgrind)", table(heading, rows)

    fetched = {name: mine["lines"] for name, mine in counts.items() if mine["lines"]}
    keys = list(dict.fromkeys(key for mine in fetched.values() for key in mine))
    rows = [[name, *(f"{mine[key]:.1f}" for key in keys)] for name, mine in fetched.items()]
    title = "Lines of memory per request that a cache of 32 KiB does not have (callgrind)"
    yield title, table(["server", *(BY_KEY[key].title for key in keys)], rows)

    called = {name: mine["calls"] for name, mine in counts.items() if mine["calls"]}
    keys = list(dict.fromkeys(key for mine in called.values() for key in mine))
    rows = [[name, *(f"{sum(mine[key].values()):.3f}" for key in keys)] for name, mine in called.items()]
    yield "System calls per request (strace)", table(["server", *(BY_KEY[key].title for key in keys)], rows)

    rows = [[name, BY_KEY[key].title, named(mine[key])] for name, mine in called.items() for key in mine]
    yield "Which system calls", table(["server", "load", "system calls per request"], rows, words=3)


def named(calls):
    return ", ".join(f"{name} {share:.2f}" for name, share in calls.items() if share >= 0.005)


def tables(result):
    """All tables, each with its title."""
    for client in result["rates"]:
        yield from rate_tables(result, client)
    if result["counts"]:
        yield from count_tables(result["counts"])


def markdown(result):
    machine = result["machine"]
    about = (
        f"Measured on {machine['date']} with {machine['processor']}, {machine['cores']} cores, Linux "
        f"{machine['kernel']}. A request has ten headers and 500 bytes."
    )
    if result["rates"]:
        about += (
            f" Rates: {result['rounds']} rounds, in each {result['seconds']} s for each figure; "
            f"in brackets between which values the middle half of the rounds lies."
        )
    parts = [f"**{title}**\n\n{text}" for title, text in tables(result)]
    return "\n\n".join([about, *parts])


def each_round(result):
    """The ratios of every round, for who wants to see how much they swing."""
    for client, by_shape in result["rates"].items():
        for key, shape in by_shape.items():
            for base in (BARE, HYPER):
                for name in shape:
                    found = ratios(shape, name, base)
                    if name != base and found:
                        rounds = " ".join(f"{ratio:.2f}" for ratio in found)
                        yield f"{client:5} {key:10} {name + ' / ' + base:32} {spread(found):22} {rounds}"
