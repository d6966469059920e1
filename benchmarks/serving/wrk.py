"""Load from wrk, in a process of its own: some connections, each sends its next request when the last was answered. Called by `measuring` and `drain`."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SCRIPT = """
local bodies = {bodies}
local requests, place = {{}}, 0
wrk.headers["Content-Type"] = "application/json"
function init(args)
  for at, body in ipairs(bodies) do requests[at] = wrk.format("POST", "{path}", nil, body) end
end
function request()
  place = place % #requests + 1
  return requests[place]
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    'RESULT {{"requests": %d, "duration_us": %d, "p50_us": %d, "p99_us": %d, "failed": %d, "broken": %d}}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), e.status, e.connect + e.read + e.write + e.timeout))
end
"""


@dataclass(frozen=True)
class Load:
    """What one spell of load found. `failed` are answers other than 2xx and 3xx, `broken` are connections and times out."""

    requests: int
    seconds: float
    p50_us: float
    p99_us: float
    failed: int
    broken: int

    @property
    def per_second(self) -> float:
        """Right answers in a second."""
        return (self.requests - self.failed) / self.seconds


def write_script(place: Path, path: str, bodies: Sequence[bytes]) -> Path:
    """A script for wrk that sends the bodies in turn."""
    place.parent.mkdir(parents=True, exist_ok=True)
    # JSON without non-ASCII text is a Lua string as it stands, except for its brackets
    quoted = "{" + ",".join(f"[==[{body.decode()}]==]" for body in bodies) + "}"
    place.write_text(_SCRIPT.format(bodies=quoted, path=path))
    return place


def run_wrk(port: int, script: Path, connections: int, seconds: float) -> Load:
    """Load the server for some whole seconds.

    Raises:
        SystemExit: wrk is not there, or failed.
    """
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not installed; Debian has it: apt-get install wrk")
    command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "10s", "-s", str(script)]
    ended = subprocess.run([*command, f"http://127.0.0.1:{port}"], capture_output=True, text=True, check=False)
    found = [line.removeprefix("RESULT ") for line in ended.stdout.splitlines() if line.startswith("RESULT ")]
    if not found:
        raise SystemExit(f"wrk failed: {ended.stdout}{ended.stderr}")
    read = json.loads(found[0])
    return Load(seconds=read.pop("duration_us") / 1e6, **read)
