"""Redis clients answer or fail soon; they never hang a citizen."""

import asyncio
import socket
import time

import pytest
import redis

from infra.redis import make_async_redis, make_redis


def test_both_clients_speak_bytes(redis_url: str) -> None:
    with make_redis(redis_url) as client:
        client.set("k", "停車")
        assert client.get("k") == "停車".encode()

    async def scene() -> bytes:
        client = make_async_redis(redis_url)
        try:
            return await client.get("k")
        finally:
            await client.aclose()

    assert asyncio.run(scene()) == "停車".encode()


def test_a_redis_that_never_answers_is_given_up_soon() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with make_redis(f"redis://127.0.0.1:{silent.getsockname()[1]}") as client, pytest.raises(redis.RedisError):
            client.ping()
        assert time.monotonic() - began < 3
