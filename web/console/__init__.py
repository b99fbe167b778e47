"""The local LINE at /console/, for console mode only: nobody needs a LINE channel to try the service.

`chats.Console` is the local LINE, `page.page(console)` its Flask blueprint with the Messaging API beside it.
`lineapi` is LINE's side of that API, without Flask, so that the tests' fake of LINE stands on the same checks.
"""
