"""LINE's side of the Messaging API: its checks and its state, without a web framework.

`LinePlatform.answer(method, path, headers, body)` answers one request as LINE would. The console page puts Flask in
front of it, the strict fake of the tests a server of its own, so what passes here is what LINE takes.
"""
