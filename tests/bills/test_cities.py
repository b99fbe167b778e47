"""config/cities.toml and the settings laid over it."""

from pathlib import Path

import pytest

from adapters.bills.cities import FILE, load_cities
from domain.cities import city_of
from domain.reader import Language
from infra.settings import SettingsError

CODES = "TPE,NWT,TAO,TXG,TNN,KHH,KEE,HSZ,HSQ,MIA,CHA,NAN,YUN,CYQ,CYI,PIF,ILA,HUA,TTT,KIN,PEN,LIE"


def test_all_22_cities_are_named() -> None:
    cities = load_cities()
    assert ",".join(code for code, city in cities.items() if city.of_the_22) == CODES
    assert cities["TPE"].name(Language.ZH) == "臺北市"
    assert cities["NWT"].short_name(Language.EN) == "New Taipei"
    assert cities["TXG"].office(Language.ZH) == "臺中市停車管理機關"
    assert len({city.short_zh for city in cities.values()}) == len(cities)


def test_only_https_and_only_known_cities_are_asked() -> None:
    for city in load_cities().values():
        assert city.enabled == (city.base_url is not None)
        assert city.base_url is None or city.base_url.startswith("https://")


def test_the_settings_choose() -> None:
    cities = load_cities(["TPE", "LIE"], {"LIE": "http://127.0.0.1:8901/"})
    assert [code for code, city in cities.items() if city.enabled] == ["TPE", "LIE"]
    assert cities["LIE"].base_url == "http://127.0.0.1:8901"
    assert not any(city.enabled for city in load_cities([]).values())


@pytest.mark.parametrize(("only", "urls", "says"), [
    (["XXX"], {}, "PAYBILL_CITIES: no city XXX"),
    (["LIE"], {}, "PAYBILL_CITIES: LIE has no address"),
    (None, {"XXX": "http://x"}, "PAYBILL_XXX_URL: no city"),
    (None, {"TPE": "ftp://x"}, "PAYBILL_TPE_URL: must be"),
    (None, {"TPE": "https://x/?a=1"}, "PAYBILL_TPE_URL: must be"),
])  # fmt: skip
def test_a_wrong_setting_is_named(only: list[str] | None, urls: dict[str, str], says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        load_cities(only, urls)


@pytest.mark.parametrize(("line", "says"), [
    ('base_url = "http://plain.example"', "TPE.base_url"),
    ("enabled = true", "enabled but has no base_url"),
    ('colour = "red"', "TPE.colour"),
    ('path = "/x/{plate}"', "TPE.path"),
])  # fmt: skip
def test_a_wrong_entry_is_named(tmp_path: Path, line: str, says: str) -> None:
    file = tmp_path / "cities.toml"
    file.write_text(f'[TPE]\nzh = "臺北市"\nshort_zh = "臺北"\nen = "Taipei City"\n{line}\n', "utf-8")
    with pytest.raises(SettingsError, match=says):
        load_cities(file=file)


def test_an_unknown_agency_is_named_by_its_code() -> None:
    unnamed = city_of(load_cities(file=FILE), "WATER")
    assert unnamed.name(Language.ZH) == unnamed.office(Language.ZH) == "開單機關（代碼 WATER）"
    assert unnamed.name(Language.EN) == "Billing agency (code WATER)"
    assert unnamed.office(Language.EN) == "the billing agency (code WATER)"
