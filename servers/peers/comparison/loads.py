"""What is asked of a server, and the two clients that ask it: the lean one of this directory, and wrk.

wrk is what everybody knows, and parses every answer: against a fast server its own core is the limit, and all fast
servers look the same. The lean client counts bytes. Where the two differ, the lean one tells more.
"""

import json
import re
import subprocess
from dataclasses import dataclass

from .fleet import PEERS, TARGET
from .running import CLIENT_CORE

# Ten headers, 500 bytes: about what a browser sends to a site whose cookie it has.
REQUEST = """GET /activer HTTP/1.1
Host: 127.0.0.1
User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
Accept-Language: en-US,en;q=0.5
Accept-Encoding: gzip, deflate, br, zstd
Referer: http://127.0.0.1/
Connection: {connection}
Cookie: session=Zm9vYmFyYmF6cXV4; theme=dark; last=2026-01-01T00:00:00Z; seen=sleeper,activer{padding}
Sec-Fetch-Mode: navigate
Cache-Control: max-age=0

"""
REQUEST_LENGTH = 500


@dataclass(frozen=True)
class Shape:
    key: str
    title: str
    connections: int
    pipeline: int = 1
    new_connections: bool = False

    def request(self):
        """The bytes of one request, with CR LF at the end of each line."""
        connection = "close" if self.new_connections else "keep-alive"
        bare = REQUEST.format(connection=connection, padding="").replace("\n", "\r\n")
        padding = "x" * (REQUEST_LENGTH - len(bare))
        return REQUEST.format(connection=connection, padding=padding).replace("\n", "\r\n")

    def request_file(self):
        path = TARGET / f"request-{'close' if self.new_connections else 'keep-alive'}"
        path.write_text(self.request(), newline="")
        return path


SHAPES = [
    Shape("1", "1 connection", 1),
    Shape("64", "64 connections", 64),
    Shape("512", "512 connections", 512),
    Shape("pipelined", "16-deep pipelining, 64 connections", 64, pipeline=16),
    Shape("new", "a new connection for each request", 64, new_connections=True),
]
BY_KEY = {shape.key: shape for shape in SHAPES}


@dataclass(frozen=True)
class Done:
    requests: int
    seconds: float
    closes: bool | None = None  # whether the server closed after each answer, if the client can tell


class LoadFailed(Exception):
    """The client or the server gave up."""


def lean(shape, port, seconds=None, requests=None):
    """Loads the server for so long, or with exactly so many requests."""
    command = [str(TARGET / "release/load"), "--request", str(shape.request_file()), "--port", str(port)]
    command += ["--connections", str(shape.connections), "--pipeline", str(shape.pipeline)]
    command += ["--seconds", str(seconds)] if seconds else []
    command += ["--requests", str(requests)] if requests else []
    done = json.loads(client(command))
    return Done(done["requests"], done["seconds"], done["closes"])


def wrk(shape, port, seconds):
    command = ["wrk", "--threads", "1", "--connections", str(shape.connections), "--duration", f"{seconds}s"]
    url = f"http://127.0.0.1:{port}/activer"
    if shape.pipeline > 1:
        script = [str(shape.request_file()), str(shape.pipeline)]
        command += ["--script", str(PEERS / "pipeline.lua"), url, "--", *script]
    else:
        for line in shape.request().split("\r\n")[1:]:
            command += ["--header", line] if line else []
        command.append(url)
    printed = client(command)
    done = re.search(r"(\d+) requests in ([\d.]+)(ms|s|m)", printed)
    errors = re.search(r"Socket errors:.*|Non-2xx.*", printed)
    if not done or errors or done[1] == "0":
        raise LoadFailed(f"wrk says: {errors[0] if errors else printed}")
    return Done(int(done[1]), float(done[2]) * {"ms": 0.001, "s": 1, "m": 60}[done[3]])


CLIENTS = {"lean": lean, "wrk": wrk}


def client(command):
    done = subprocess.run(["taskset", "-c", CLIENT_CORE, *command], capture_output=True, text=True)
    if done.returncode != 0:
        raise LoadFailed((done.stderr or done.stdout).strip())
    return done.stdout
