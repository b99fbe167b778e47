"""GET /passes/receipts/<token>: an entry's receipt with its QR code. Whoever has the address may read it."""

from flask import Blueprint, abort, make_response, render_template
from flask_limiter import Limiter
from markupsafe import Markup
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathImage
from qrcode.main import QRCode
from werkzeug.wrappers import Response

from infra.database import UnitOfWorkFactory
from infra.links import ExpiredLinkError, ForgedLinkError
from services.passes.board import PassBoard

LIMIT = "60 per minute"
QR_BORDER = 4  # quiet zone, in modules


def blueprint(units: UnitOfWorkFactory, board: PassBoard, limiter: Limiter) -> Blueprint:
    """The room."""
    room = Blueprint("passes", __name__, template_folder="templates")

    @room.get("/passes/receipts/<token>")
    @limiter.limit(LIMIT)
    def receipt(token: str) -> Response:
        try:
            with units() as uow:
                told = board.receipt_text(uow, token)
        except (ForgedLinkError, ExpiredLinkError):
            told = None
        if told is None:
            abort(404)
        response = make_response(render_template("passes/receipt.html", receipt=told, code=_qr(told)))
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return room


def _qr(words: str) -> Markup:
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QR_BORDER, image_factory=SvgPathImage)
    code.add_data(words)
    return Markup(code.make_image().to_string(encoding="unicode"))  # noqa: S704 - drawn here from a receipt of ours
