"""GET /privacy: what we tell before personal data are collected (個人資料保護法 §8), for everybody to read.

The wording of each language is a template of its own: a notice is read as a whole, not sentence by sentence.
"""

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from domain.accountrules import AccountRules
from domain.reader import Language

CACHE_SECONDS = 300


def blueprint(rules: AccountRules) -> Blueprint:
    """The room. `rules`: the agency, and the version of the notice in force."""
    room = Blueprint(
        "privacy", __name__, template_folder="templates", static_folder="static", static_url_path="/privacy/static"
    )

    @room.get("/privacy")
    def notice() -> Response:
        asked = request.args.get("lang") or request.accept_languages.best_match(["zh-TW", "zh", "en"], "zh-TW")
        language = Language.EN if asked == Language.EN.value else Language.ZH
        page = render_template(
            f"privacy/{'en' if language is Language.EN else 'zh'}.html",
            agency=rules.agency.name(language),
            phone=rules.agency.phone,
            version=rules.notice_version,
            effective=rules.notice_effective,
            takeover_days=rules.takeover.days,
        )
        response = make_response(page)
        response.headers["Cache-Control"] = f"public, max-age={CACHE_SECONDS}"
        response.headers["Vary"] = "Accept-Language"
        return response

    return room
