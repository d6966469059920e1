"""Note what the rows come from, so that `ingest` runs again when it changed. Runs on every `dvc repro`."""

import yaml

from modelratchet.config.layout import PARAMS, SOURCE, STATE
from modelratchet.storage.files import read_json, write_json
from modelratchet.storage.sources import describe_source
from modelratchet.wiring.stage import run_stage


def main() -> bool:
    ingest = yaml.load(PARAMS.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)).get("ingest") or {}  # noqa: S506 - a safe loader
    source = describe_source(ingest.get("path"), STATE / "source.json")
    if SOURCE.exists() and read_json(SOURCE) == source:
        return False
    write_json(SOURCE, source)
    return True


if __name__ == "__main__":
    run_stage("watch_source", main)
