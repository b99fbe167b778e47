"""What agencies do by program. web/agency is the door."""
