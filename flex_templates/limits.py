"""LINE's limits on Flex messages (Messaging API reference, "Flex Message"), and how many bills we put into one."""

BUBBLE_BYTES = 30_000
CAROUSEL_BYTES = 50_000
CAROUSEL_BUBBLES = 12
BUTTON_LABEL = 40  # grapheme clusters; ours are Chinese or Latin letters, one code point each
QUICK_REPLY_LABEL = 20
QUICK_REPLIES = 13

# A detail bubble takes 4 to 5 KB: with the summary, these stay below CAROUSEL_BYTES (a test renders the largest).
BILLS_IN_CHAT = 8
# As plain text every button is a quick reply: two a bill, one for the vehicle and one for more leave room for 取消.
BILLS_AS_TEXT = 5
