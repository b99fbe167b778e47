"""Pay links, receipts and what providers' servers send: pages for phones first, that need no script."""

from web.pay.services import PayServices
from web.pay.views import blueprint

__all__ = ["PayServices", "blueprint"]
