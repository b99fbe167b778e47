"""PLD1, the draw of monthly passes (抽籤) that anyone can check: pure functions over bytes, one idea a file.

The protocol is docs/draw-protocol.md. verify_draw.py at the top of the project is written apart from this room and
shares no line with it, so that the two can prove each other wrong.
"""
