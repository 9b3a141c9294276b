"""Calls in a thread of their own: in the main one, Playwright's event loop may be running."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def run_apart(coroutine):
    """`asyncio.run`."""
    return call_apart(asyncio.run, coroutine)


def call_apart(call: Callable, *arguments):
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(call, *arguments).result()
