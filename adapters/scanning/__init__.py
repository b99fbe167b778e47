"""Photos in the chat: fetched from LINE, and read by zxing-cpp in a process of its own."""
