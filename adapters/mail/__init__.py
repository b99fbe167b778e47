"""E-mail: a mail server, or the tray of the console page."""
