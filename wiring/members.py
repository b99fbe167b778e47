"""Members of the city's own site who link their account with the chat."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from adapters.linktokens.line import LineLinkTokens
from services.member_site import load_member_site
from services.members import Members
from wiring.accounts import AccountRoom


class MemberRoom(AccountRoom):
    """The site that MEMBER_SITE_URL names, and LINE's tokens for it."""

    @cached_property
    def members(self) -> Members:
        site = load_member_site(self.settings.member_site_url)
        tokens = LineLinkTokens(self.line_address, self.access_token)
        return Members(site, tokens, self.lookup_key, self.accounts, self.notices, self.clock)

    def for_conversations(self) -> Mapping[str, Any]:
        return {**super().for_conversations(), "members": self.members}

    def for_tasks(self) -> Mapping[str, Any]:
        return {**super().for_tasks(), "members": self.members}
