"""/privacy: everything 個資法 §8 asks for, in both languages, open to everybody."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.account_rules import load_account_rules
from web import security
from web.privacy.views import blueprint


@pytest.fixture
def client() -> FlaskClient:
    app = Flask("test", static_folder=None)
    security.protect(app, public_url="https://parking.example.gov.tw")
    app.register_blueprint(blueprint(load_account_rules()))
    return app.test_client()


ZH = (
    "臺北市停車管理工程處", "蒐集目的", "個人資料的類別", "利用的期間、地區、對象及方式", "LY Corporation", "日本",
    "第 3 條", "不提供的影響", "未滿18歲者，請由法定代理人閱讀並同意", "註銷", "7 天",
)  # fmt: skip
EN = (
    "Taipei City Parking Management and Development Office", "Purpose", "Kinds of data", "Period, region, recipients",
    "LY Corporation", "Japan", "Article 3", "If you do not provide them", "under 18", "“delete”", "7 days",
)  # fmt: skip


@pytest.mark.parametrize(
    ("address", "headers", "lang", "parts"),
    [
        ("/privacy", {}, "zh-Hant-TW", ZH),
        ("/privacy", {"Accept-Language": "zh-TW,zh;q=0.9,en;q=0.8"}, "zh-Hant-TW", ZH),
        ("/privacy", {"Accept-Language": "en-GB,en;q=0.9"}, "en", EN),
        ("/privacy?lang=en", {"Accept-Language": "zh-TW"}, "en", EN),
        ("/privacy?lang=zh-TW", {"Accept-Language": "en"}, "zh-Hant-TW", ZH),
        ("/privacy?lang=<script>", {}, "zh-Hant-TW", ZH),
    ],
)
def test_the_notice_tells_all(
    client: FlaskClient, address: str, headers: dict[str, str], lang: str, parts: tuple[str, ...]
) -> None:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    assert f'lang="{lang}"' in answer.text
    for part in (*parts, load_account_rules().notice_version):
        assert part in answer.text
    assert "<script" not in answer.text


def test_its_style_is_there_and_nothing_else_is_loaded(client: FlaskClient) -> None:
    page = client.get("/privacy")
    assert "/privacy/static/privacy.css" in page.text
    with client.get("/privacy/static/privacy.css") as style:
        assert style.mimetype == "text/css"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
