"""Starts a server on the core that is kept for servers, and tells what it costs the machine."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from .fleet import PEERS

SERVER_CORE, CLIENT_CORE = "0", "1"
TICK = 1 / os.sysconf("SC_CLK_TCK")
PATIENCE = 30.0


class Running:
    """A server that has begun to listen. To be used with `with`."""

    def __init__(self, server, wrapper=(), environment=None):
        self.server = server
        self.port = free_port()
        # Nothing from outside changes what is measured.
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("RUST_LOG", "LOOP_"))}
        self.process = subprocess.Popen(
            ["taskset", "-c", SERVER_CORE, *wrapper, *server.serving(self.port)],
            cwd=PEERS / "python",
            env=clean | (environment or {}),
            stdout=subprocess.DEVNULL,
            # All its processes are found by their session.
            start_new_session=True,
        )
        self.wrapped = bool(wrapper) and Path(wrapper[0]).name == "strace"
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                break
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    self.stop()
                    raise SystemExit(f"compare: {server.name} does not serve") from None
                time.sleep(0.02)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def processes(self):
        """The state of each of its processes: the fields of /proc/PID/stat after the name."""
        found = {}
        for directory in Path("/proc").iterdir():
            if not directory.name.isdigit():
                continue
            try:
                fields = (directory / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # It has just ended.
            if int(fields[3]) == self.process.pid:
                found[int(directory.name)] = fields
        return found

    def connections(self):
        """How many connections it has not closed yet."""
        found = 0
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            for line in Path(table).read_text().splitlines()[1:]:
                address, state = line.split()[1], line.split()[3]
                # 6 and A: closed by both, and listening.
                found += address.endswith(f":{self.port:04X}") and state not in ("06", "0A")
        return found

    def settle(self):
        """Waits until all clients that are gone are so for the server too: what is counted ends with them."""
        deadline = time.monotonic() + PATIENCE
        while self.connections() and time.monotonic() < deadline:
            time.sleep(0.02)

    def cpu(self):
        """Seconds of user and of system time so far."""
        all_fields = self.processes().values()
        return sum(int(f[11]) for f in all_fields) * TICK, sum(int(f[12]) for f in all_fields) * TICK

    def stop(self):
        """Ends it the polite way: callgrind and strace write their figures then."""
        for pid in self.processes():
            # strace ends when what it watches does; asked to end itself, it would let go of it.
            if not (self.wrapped and pid == self.process.pid):
                send(pid, signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            for pid in self.processes():
                send(pid, signal.SIGKILL)
            self.process.wait()


def send(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
