"""LINE's edge and the conversation kit. Knows no parking and no money."""
