"""What ours is to reach, and whether it does.

The rates are medians of ratios within a round, by the lean client: wrk's own core is the limit against fast servers, and
makes them look alike.
"""

from dataclasses import dataclass
from statistics import median

from .counts import LOGGING
from .fleet import BARE, FLASK, HYPER, OURS, UVICORN
from .loads import BY_KEY
from .report import pooled, ratios

RATES = [
    (BARE, {"1": 0.93, "64": 0.95, "512": 0.95, "pipelined": 0.90, "new": 0.95}),
    (HYPER, {"1": 0.97, "64": 1.05, "512": 1.2, "pipelined": 1.8, "new": 0.97}),
    (UVICORN, {"64": 10}),
    (FLASK, {"64": 25}),
]
USER_TIME = [(BARE, 1.6), (HYPER, 0.5)]
INSTRUCTIONS = 1.8
# How many events one wait brings is a matter of chance: it moves the share of a wait in a request by so much.
MORE_CALLS = 0.05


@dataclass(frozen=True)
class Verdict:
    what: str
    reached: float | None
    bound: float
    at_least: bool

    @property
    def holds(self):
        if self.reached is None:
            return False
        return self.reached >= self.bound if self.at_least else self.reached <= self.bound

    def __str__(self):
        sign = ">=" if self.at_least else "<="
        reached = "not measured" if self.reached is None else f"{self.reached:.3f}"
        return f"{'ok  ' if self.holds else 'MISS'}  {reached:>12} {sign} {self.bound:<6g} {self.what}"


def verdicts(result):
    by_shape = result["rates"].get("lean", {})
    for base, bounds in RATES:
        for key, bound in bounds.items():
            found = ratios(by_shape.get(key, {}), OURS, base)
            reached = median(found) if found else None
            yield Verdict(f"requests/s, {OURS} / {base}, {BY_KEY[key].title}", reached, bound, True)

    mine = pooled(by_shape.get("64", {}).get(OURS, []), "user_us")
    for base, bound in USER_TIME:
        theirs = pooled(by_shape.get("64", {}).get(base, []), "user_us")
        ratio = mine / theirs if mine and theirs else None
        yield Verdict(f"user time per request, {OURS} / {base}, 64 connections", ratio, bound, False)

    counts = result["counts"]
    for name in (OURS, LOGGING):
        for key in ("1", "64"):
            ratio = quotient(counts, "instructions", key, name)
            what = f"instructions per request, {name} / {BARE}, {BY_KEY[key].title}"
            yield Verdict(what, ratio, INSTRUCTIONS, False)
    for key in ("1", "64"):
        more = None
        if OURS in counts and BARE in counts:
            more = sum(counts[OURS]["calls"][key].values()) - sum(counts[BARE]["calls"][key].values())
        what = f"system calls per request, {OURS} - {BARE}, {BY_KEY[key].title}"
        yield Verdict(what, more, MORE_CALLS, False)


def quotient(counts, figure, key, name):
    if name not in counts or BARE not in counts:
        return None
    return counts[name][figure][key] / counts[BARE][figure][key]
