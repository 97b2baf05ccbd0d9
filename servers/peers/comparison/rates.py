"""Measures requests per second and CPU time per request, in rounds.

A shared machine is faster in one minute than in the next. So nobody is measured first and nobody last: in each round all
take their turn with each shape of load, one after the other, and who begins changes from round to round. What one round
says of two servers was measured within seconds, and their ratio is worth more than either figure.
"""

from contextlib import ExitStack

from .loads import CLIENTS, LoadFailed
from .running import Running


def measure(servers, shapes_of, clients, rounds, seconds, say):
    """Gives back `rates[client][shape][server]`: for each round what was measured, or None if that failed."""
    rates = {}
    shapes = list(dict.fromkeys(shape for server in servers for shape in shapes_of(server)))
    for number in range(rounds):
        with ExitStack() as stack:
            running = [stack.enter_context(Running(server)) for server in servers]
            for client in clients:
                for shape in shapes:
                    say(f"round {number + 1} of {rounds}, {client}: {shape.title}")
                    first = number % len(running)
                    for one in running[first:] + running[:first]:
                        if shape in shapes_of(one.server):
                            table = rates.setdefault(client, {}).setdefault(shape.key, {})
                            measured = one_measurement(one, client, shape, seconds, say)
                            table.setdefault(one.server.name, []).append(measured)
    return rates


def one_measurement(running, client, shape, seconds, say):
    user, system = running.cpu()
    try:
        done = CLIENTS[client](shape, running.port, seconds=seconds)
        if done.closes not in (None, shape.new_connections or running.server.always_closes):
            raise LoadFailed("connections that were to be kept were closed, or the other way round")
    except LoadFailed as failure:
        say(f"{running.server.name}, {shape.title}: {failure}")
        return None
    user_after, system_after = running.cpu()
    user, system = user_after - user, system_after - system
    return {
        "requests": done.requests,
        "per_second": done.requests / done.seconds,
        "user_us": user / done.requests * 1e6,
        "system_us": system / done.requests * 1e6,
        # Its share of its core: far below 1, the client was the limit, or the wire.
        "busy": (user + system) / done.seconds,
    }
