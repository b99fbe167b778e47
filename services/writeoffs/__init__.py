"""Write-offs (銷帳): agencies are told of what was paid here. `state_of` is what the rest of the house asks."""

from services.writeoffs.standing import state_of, states_of

__all__ = ["state_of", "states_of"]
