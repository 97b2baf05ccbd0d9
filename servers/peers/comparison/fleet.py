"""Who is compared, how each is built, and with which command it serves a port."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PEERS = Path(__file__).resolve().parent.parent
ROOT = PEERS.parent.parent
TARGET = PEERS / "target"
VENV = TARGET / "python"

OURS, BARE, HYPER = "ours", "bare-mio", "hyper-tokio"
UVICORN, UVLOOP, FLASK = "starlette-uvicorn", "starlette-uvloop", "flask-gunicorn"


@dataclass(frozen=True)
class Server:
    name: str
    what: str
    kind: str  # "ours", "rust" or "python"
    command: tuple[str, ...]  # PORT in it stands for the port
    always_closes: bool = False  # keeps no connection open, whatever the client asks for

    def serving(self, port):
        return [word.replace("PORT", str(port)) for word in self.command]


def ours(name, what, program):
    return Server(name, what, "ours", (str(program), "--addr", "127.0.0.1:PORT"))


def rust(name, what):
    return Server(name, what, "rust", (str(TARGET / "release" / name), "PORT"))


def uvicorn(name, what, *words):
    program = str(VENV / "bin" / "uvicorn")
    quiet = ("--no-access-log", "--log-level", "warning")
    command = (program, "starlette_app:app", "--port", "PORT", "--workers", "1", *quiet, *words)
    return Server(name, what, "python", command)


def gunicorn(name, what):
    program = str(VENV / "bin" / "gunicorn")
    worker = ("--workers", "1", "--worker-class", "sync", "--log-level", "warning")
    command = (program, *worker, "--bind", "127.0.0.1:PORT", "flask_app:app")
    return Server(name, what, "python", command, always_closes=True)


FLEET = [
    ours(
        OURS,
        "this project's async-server, with all its rules, limits and time limits on",
        ROOT / "target/release/async-server",
    ),
    rust(BARE, "mio and httparse, no executor and no limits: the practical limit"),
    rust(HYPER, "hyper on tokio, current_thread"),
    rust("axum-tokio", "axum on tokio, current_thread"),
    rust("smol-httparse", "smol's LocalExecutor and httparse"),
    uvicorn(
        UVLOOP, "Starlette on uvicorn with uvloop and httptools", "--loop", "uvloop", "--http", "httptools"
    ),
    uvicorn(UVICORN, "Starlette on uvicorn with asyncio and h11", "--loop", "asyncio", "--http", "h11"),
    gunicorn(FLASK, "Flask on gunicorn, one sync worker"),
]


def build(servers):
    """Builds those who take part, and the client that loads them."""
    cargo = ["cargo", "build", "--release", "--locked"]
    if any(server.name == OURS for server in servers):
        program = ["-p", "servers", "--bin", "async-server"]
        run([*cargo, *program, "--target-dir", str(ROOT / "target")], ROOT)
    run([*cargo, "--target-dir", str(TARGET)], PEERS)
    if any(server.kind == "python" for server in servers):
        python("requirements.txt")


def python(requirements):
    """A Python of our own that has what this file asks for."""
    program = str(VENV / "bin" / "python")
    if not Path(program).exists():
        run([sys.executable, "-m", "venv", str(VENV)], PEERS)
    pip = [program, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*pip, "--requirement", f"python/{requirements}"], PEERS)
    return program


def run(command, directory):
    # What a build says is no part of the result.
    if subprocess.run(command, cwd=directory, stdout=sys.stderr).returncode != 0:
        sys.exit(f"compare: {' '.join(command)} failed")
