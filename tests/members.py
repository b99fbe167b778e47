"""Members of the city's own site, with LINE's tokens in the test's hand."""

from dataclasses import dataclass, field

from domain.clock import Clock
from domain.errors import OutsideError
from domain.members import MemberSite
from domain.ports.linktokens import LinkTokens
from infra.crypto import FieldCipher
from infra.database import UnitOfWorkFactory
from services.citizens import Citizens
from services.lookup_key import LookupKey
from services.members import Members
from tests.accounts import DATA_KEY, account_services

URL = "https://parking.example.gov.tw/line/link"
SITE = MemberSite("停車查詢一站式服務", "the one-stop parking site", URL)


@dataclass
class TokensInHand:
    """Gives tokens, or the fault."""

    fault: OutsideError | None = None
    issued: list[str] = field(default_factory=list)

    def issue(self, citizen: str) -> str:
        if self.fault:
            raise self.fault
        self.issued.append(citizen)
        return f"token{len(self.issued)}"


def members_on(
    units: UnitOfWorkFactory, clock: Clock, site: MemberSite | None = SITE, tokens: LinkTokens | None = None
) -> Members:
    """The service as wiring makes it."""
    given = account_services(units, Citizens(), clock=clock)
    key = LookupKey(units, FieldCipher((DATA_KEY,)))
    return Members(site, tokens or TokensInHand(), key, given["accounts"], given["notices"], clock)
