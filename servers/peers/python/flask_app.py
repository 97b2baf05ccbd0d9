"""The blocking seed: Flask, to be run on gunicorn with one sync worker."""

import time

from flask import Flask, Response, request

app = Flask(__name__)


def text(body):
    return Response(body, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})


@app.get("/activer")
def activer():
    return text("activer: here you are, at once\n")


@app.get("/sleeper")
def sleeper():
    seconds = request.args.get("seconds", default=10.0, type=float)
    time.sleep(seconds)
    return text(f"sleeper: slept {seconds:g} s\n")
