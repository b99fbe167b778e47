"""Strict headers of the pay pages: no frame, no store, nothing sent on to others, no script but one that counts."""

from urllib.parse import urlsplit

from flask import request
from werkzeug.wrappers import Response

from web.pay.services import PayServices

COUNTS_DOWN = frozenset({"pay.order", "pay.start"})  # the pages that tell how long their link holds


def harden(response: Response, services: PayServices) -> Response:
    """Add them. Browsers hold a form's redirect against form-action, so the providers' own pages are named there."""
    script = " script-src 'self';" if request.endpoint in COUNTS_DOWN else ""
    actions = " ".join(["'self'", *services.payments.page_origins])
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none';{script} style-src 'self'; img-src 'self' data:; form-action {actions};"
        " base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"  # the token stays here; the CSRF check needs it here
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    if response.mimetype == "text/html":
        response.headers["Cache-Control"] = "no-store"
    if urlsplit(services.links.public_url).scheme == "https":
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response
