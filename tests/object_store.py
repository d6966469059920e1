"""An S3 store: moto's server, in a process of its own because all that one process holds is one store."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.ports import free_port

_START_SECONDS = 60


@dataclass(frozen=True)
class Objects:
    """A store that answers. It can be taken away, and started again on the same port with nothing in it."""

    port: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What leads any client of S3 there."""
        return {
            "AWS_ACCESS_KEY_ID": "team",
            "AWS_SECRET_ACCESS_KEY": "no-secret-in-a-test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.endpoint,
            "MLFLOW_S3_ENDPOINT_URL": self.endpoint,
        }

    def client(self) -> Any:
        """A client of it, with none of the settings above."""
        import boto3

        named = {"aws_access_key_id": "team", "aws_secret_access_key": "any", "region_name": "us-east-1"}
        return boto3.client("s3", endpoint_url=self.endpoint, **named)

    def bucket(self, name: str) -> str:
        """Make a bucket; its URI."""
        self.client().create_bucket(Bucket=name)
        return f"s3://{name}"

    def start(self) -> None:
        """Start it, and wait until it answers; on Linux it ends with the process that started it, however that ends."""
        with_parent = ["setpriv", "--pdeathsig", "KILL"] if sys.platform == "linux" else []
        command = [*with_parent, sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(self.port)]
        # it tells each request, which hides what a test has to say
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.processes.append(process)
        deadline = time.monotonic() + _START_SECONDS
        while not _answers(self.port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"no S3 store on port {self.port}: {' '.join(command)} does not answer")
            time.sleep(0.05)

    def stop(self) -> None:
        """Take it away at once, with all it holds."""
        while self.processes:
            process = self.processes.pop()
            process.kill()
            process.wait()


@contextmanager
def objects() -> Iterator[Objects]:
    """An empty S3 store for as long as the block runs."""
    made = Objects(free_port())
    try:
        made.start()
        yield made
    finally:
        made.stop()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
