"""The bare peer: a Flask application that takes the POST and answers 200, and does nothing else."""

from flask import Flask, request

app = Flask(__name__)


@app.post("/callback")
def callback() -> str:
    """Read the body, as everyone must, and answer."""
    request.get_data()
    return "OK"
