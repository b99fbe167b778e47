"""The pages of 熊讚銀行, a bank for trials, always marked 測試; served only where demobank is switched on."""

from web.demobank.views import Bank, blueprint

__all__ = ["Bank", "blueprint"]
