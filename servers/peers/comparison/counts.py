"""Counts instructions and cache lines (callgrind) and system calls (strace) for each request: figures that no busy
neighbour changes.

Both count a whole run, from the start of the program to its end. So there are two runs, one with twice as many requests
as the other: what the longer one has more, divided by how many requests it had more, is a request's share.
"""

import re
import subprocess
from collections import Counter

from .fleet import OURS, TARGET
from .loads import BY_KEY, lean
from .running import Running

CALLGRIND_REQUESTS = 8192
STRACE_REQUESTS = 4096
INSTRUCTION_SHAPES = ["1", "64"]
LINE_SHAPES = ["64", "512"]
# As most processors have it, whatever this one has.
FIRST_CACHE = "32768,8,64"
CALL_SHAPES = ["1", "64", "pipelined", "new"]
# Ours once more: what does it cost to ask for errors only?
LOGGING = f"{OURS}, RUST_LOG=error"


def count(servers, say):
    """Instructions, cache lines and system calls per request of each server, by shape."""
    counted = {}
    for server in servers:
        mine = counted[server.name] = {"instructions": {}, "lines": {}, "calls": {}}
        for key in CALL_SHAPES:
            say(f"{server.name}: system calls, {BY_KEY[key].title}")
            mine["calls"][key] = calls(server, BY_KEY[key])
        if server.kind == "python":
            continue  # An interpreter under callgrind takes long, and says nothing new.
        for key in INSTRUCTION_SHAPES:
            say(f"{server.name}: instructions, {BY_KEY[key].title}")
            mine["instructions"][key] = instructions(server, BY_KEY[key])
        for key in LINE_SHAPES:
            say(f"{server.name}: cache lines, {BY_KEY[key].title}")
            mine["lines"][key] = lines(server, BY_KEY[key])
        if server.name != OURS:
            continue
        mine = counted[LOGGING] = {"instructions": {}, "lines": {}, "calls": {}}
        for key in INSTRUCTION_SHAPES:
            say(f"{LOGGING}: instructions, {BY_KEY[key].title}")
            mine["instructions"][key] = instructions(server, BY_KEY[key], {"RUST_LOG": "error"})
    return counted


def instructions(server, shape, environment=None):
    few, many = (totals(callgrind(server, shape, n, environment)) for n in (1, 2))
    return (many["Ir"] - few["Ir"]) / CALLGRIND_REQUESTS


def lines(server, shape):
    """The lines of memory per request that the first cache does not have, so they are fetched. What the kernel fetches
    is not among them, nor what is fetched once more because the kernel has driven it out.
    """
    simulated = ["--cache-sim=yes", f"--D1={FIRST_CACHE}", f"--I1={FIRST_CACHE}"]
    few, many = (totals(callgrind(server, shape, n, options=simulated)) for n in (1, 2))
    return sum(many[event] - few[event] for event in ("D1mr", "D1mw")) / CALLGRIND_REQUESTS


def totals(out):
    """What was counted in a whole run, by the names that callgrind has for it."""
    events, counts = (re.search(rf"^{word}: (.*)", out.read_text(), re.MULTILINE) for word in ("events", "totals"))
    return dict(zip(events[1].split(), map(int, counts[1].split()), strict=True))


def functions(server, shape):
    """The instructions per request of each function, those of the functions it calls not counted."""
    few, many = (by_function(callgrind(server, shape, n)) for n in (1, 2))
    many.subtract(few)
    return {name: count / CALLGRIND_REQUESTS for name, count in many.most_common()}


def callgrind(server, shape, times, environment=None, options=()):
    """Runs the server under callgrind; gives back the file with what it counted."""
    out = TARGET / f"callgrind.{times}"
    wrapper = ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={out}", *options]
    with Running(server, wrapper, environment) as running:
        lean(shape, running.port, requests=times * CALLGRIND_REQUESTS)
        running.settle()
    return out


def by_function(out):
    """The instructions of each function, from lines like `1,234  file:function [object]`."""
    command = ["callgrind_annotate", "--threshold=100", "--auto=no", "--show-percs=no", str(out)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = Counter()
    for line in printed.splitlines():
        match = re.match(r"\s*([\d,]+)\s+(\S*?):(.+?)( \[[^]]*\])?$", line)
        if match:
            # One line for each file that something in the function was inlined from.
            found[match[3]] += int(match[1].replace(",", ""))
    return found


def calls(server, shape):
    """The system calls per request, by name."""
    few, many = (one_trace(server, shape, n) for n in (1, 2))
    many.subtract(few)
    shares = {name: count / STRACE_REQUESTS for name, count in many.most_common()}
    return {name: share for name, share in shares.items() if abs(share) >= 0.0005}


def one_trace(server, shape, times):
    out = TARGET / "strace.out"
    with Running(server, ["strace", "--summary-only", "--follow-forks", f"--output={out}"]) as running:
        lean(shape, running.port, requests=times * STRACE_REQUESTS)
        running.settle()
    found = Counter()
    for line in out.read_text().splitlines():
        match = re.match(r"\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(\w+)$", line)
        if match and match[2] != "total":
            found[match[2]] += int(match[1])
    return found
