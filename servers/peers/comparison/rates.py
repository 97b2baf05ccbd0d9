"""Measures requests per second and CPU time per request, in rounds.

A shared machine is faster in one minute than in the next. So nobody is measured first and nobody last: in each round all
take their turn with each shape of load, several times and each time for a moment only, and who begins changes from round
to round. What one round says of two servers was measured in the same seconds, and their ratio is worth more than either
figure.
"""

from contextlib import ExitStack

from .loads import CLIENTS, LoadFailed
from .running import Running

# Seconds of one turn. wrk takes whole ones.
SLICE = {"lean": 0.5, "wrk": 1}


def measure(servers, shapes_of, clients, rounds, seconds, say):
    """Gives back `rates[client][shape][server]`: for each round what was measured, or None if that failed."""
    shapes = list(dict.fromkeys(shape for server in servers for shape in shapes_of(server)))
    rates = {client: {} for client in clients}
    for by_shape in rates.values():
        for shape in shapes:
            takers = [server.name for server in servers if shape in shapes_of(server)]
            by_shape[shape.key] = {name: [] for name in takers}
    for number in range(rounds):
        with ExitStack() as stack:
            running = [stack.enter_context(Running(server)) for server in servers]
            first = number % len(running)
            running = running[first:] + running[:first]
            for client in clients:
                for shape in shapes:
                    say(f"round {number + 1} of {rounds}, {client}: {shape.title}")
                    takers = [one for one in running if shape in shapes_of(one.server)]
                    for name, measured in one_round(takers, client, shape, seconds, say).items():
                        rates[client][shape.key][name].append(measured)
    return rates


def one_round(takers, client, shape, seconds, say):
    """Loads one after the other, over and over, until each was loaded for so many seconds."""
    slices = {one.server.name: [] for one in takers}
    for _ in range(round(seconds / SLICE[client])):
        for one in takers:
            try:
                slices[one.server.name].append(one_slice(one, client, shape))
            except LoadFailed as failure:
                say(f"{one.server.name}, {shape.title}: {failure}")
                slices[one.server.name].append(None)
    return {name: None if None in done else summed(done) for name, done in slices.items()}


def one_slice(running, client, shape):
    """Requests, seconds, and seconds of user and of system time."""
    user, system = running.cpu()
    done = CLIENTS[client](shape, running.port, seconds=SLICE[client])
    if done.closes not in (None, shape.new_connections or running.server.always_closes):
        raise LoadFailed("connections that were to be kept were closed, or the other way round")
    user_after, system_after = running.cpu()
    return done.requests, done.seconds, user_after - user, system_after - system


def summed(slices):
    requests, seconds, user, system = (sum(column) for column in zip(*slices))
    return {
        "requests": requests,
        "per_second": requests / seconds,
        "user_us": user / requests * 1e6,
        "system_us": system / requests * 1e6,
        "cpu_us": (user + system) / requests * 1e6,
        # Its share of its core: far below 1, the client was the limit, or somebody else had the core.
        "busy": (user + system) / seconds,
    }
