"""`.env.example` lists every setting there is, and none that is not."""

import re
from pathlib import Path

from infra.settings import Settings

ROOT = Path(__file__).parent.parent.parent
OF_OTHERS = {"WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS", "PROMETHEUS_MULTIPROC_DIR"}  # gunicorn's and Prometheus's own


def test_the_example_lists_the_settings() -> None:
    listed = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    known = {name.upper() for name in Settings.model_fields} - {"PAYBILL_URLS"} | {"PAYBILL_TPE_URL"}
    assert listed == known | OF_OTHERS
