"""客服 (the service desk): cases that citizens write into the chat, what staff answer, and whom they help."""
