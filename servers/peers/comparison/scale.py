"""What one more costs when there are many: sleeping tasks, and open connections, from one to as many as the machine allows.

A curve that stays level is the good one: then the thousandth costs what the first did.
"""

import json
import socket
import statistics
import subprocess
from contextlib import ExitStack
from dataclasses import replace

from . import fleet, loads, micro
from .running import CLIENT_CORE, Running

SLEEPERS = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]
EXECUTORS = {"ours": "ours", "tokio": "tokio", "smol": "smol"}
CONNECTIONS = [1, 10, 100, 1_000, 10_000]
SERVERS = [fleet.OURS, fleet.BARE, fleet.HYPER]
# With fewer, the pages that happen to be touched are more than what they hold.
FEWEST_FOR_MEMORY = 100


def measure(rounds, say):
    """Gives back `{"sleepers": {name: {count: figures}}, "connections": ...}`, medians over the rounds."""
    micro.build()
    servers = [server for server in fleet.FLEET if server.name in SERVERS]
    fleet.build(servers)
    found = {"sleepers": {}, "connections": {}}
    for number in range(rounds):
        for count in SLEEPERS:
            say(f"round {number + 1} of {rounds}: {count:,} sleeping tasks")
            for name, runtime in EXECUTORS.items():
                note(found["sleepers"], name, count, crowd(count, runtime))
        for count in CONNECTIONS:
            say(f"round {number + 1} of {rounds}: {count:,} connections")
            for server in servers:
                note(found["connections"], server.name, count, connections(server, count))
    return {kind: medians(of_kind) for kind, of_kind in found.items()}


def note(found, name, count, figures):
    found.setdefault(name, {}).setdefault(count, []).append(figures)


def medians(found):
    return {
        name: {
            count: {key: statistics.median(one[key] for one in all_of_it) for key in all_of_it[0]}
            for count, all_of_it in by_count.items()
        }
        for name, by_count in found.items()
    }


def crowd(count, runtime):
    command = [micro.PROGRAM, "crowd", "--core", CLIENT_CORE, str(count), runtime]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures = json.loads(done.stdout)
    return figures if count >= FEWEST_FOR_MEMORY else {"cpu_ns": figures["cpu_ns"]}


def connections(server, count):
    """With so many connections that all ask: the time for each request. With so many that are silent: the memory."""
    shape = replace(loads.BY_KEY["64"], connections=count)
    with Running(server) as running:
        before = resident(running)
        user, system = running.cpu()
        done = loads.lean(shape, running.port, seconds=1)
        user_after, system_after = running.cpu()
        figures = {"cpu_us": (user_after - user + system_after - system) / done.requests * 1e6}
        running.settle()
        if count >= FEWEST_FOR_MEMORY:
            figures["resident"] = idle(running, shape.request().encode(), count, before)
        return figures


def idle(running, request, count, before):
    """Bytes in memory for each of so many connections that have had an answer, and say nothing more."""
    with ExitStack() as stack:
        for _ in range(count):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", running.port)))
            connection.sendall(request)
            connection.recv(4096)
        return (resident(running) - before) / count


def resident(running):
    """Bytes of the server that are in memory."""
    pages = sum(int(fields[21]) for fields in running.processes().values())
    return pages * 4096


def draw(found, svg):
    """Has it drawn by the Python that has a library for that."""
    python = fleet.python("plot.txt")
    program = [python, "-m", "comparison.drawing", str(svg.resolve())]
    subprocess.run(program, input=json.dumps(found), text=True, cwd=fleet.PEERS, check=True)
