"""Runs an application as our server is run: one worker, uvloop, httptools, no access log. `python -m benchmarks.serving.peers.run_uvicorn MODULE PORT`."""

import sys

import uvicorn

if __name__ == "__main__":
    uvicorn.run(
        f"benchmarks.serving.peers.{sys.argv[1]}:app",
        port=int(sys.argv[2]),
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        server_header=False,
        log_level="warning",
    )
