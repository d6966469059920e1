"""Note what rows and stages are made of, so that a stage runs again when that changed. Runs on every `dvc repro`, and refuses faulty settings."""

import yaml

from modelratchet.config.layout import CODE, LOCK, PARAMS, SOURCE, SOURCES, STATE
from modelratchet.storage.code_digests import write_code_digests
from modelratchet.storage.files import read_json, write_json
from modelratchet.storage.sources import describe_source
from modelratchet.wiring.guard import check_params
from modelratchet.wiring.stage import run_stage


def main() -> bool:
    check_params()
    has_new_code = write_code_digests(SOURCES, CODE, LOCK, STATE / "code.json")
    settings = yaml.load(PARAMS.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader
    source = describe_source((settings.get("ingest") or {}).get("path"), STATE / "source.json")
    if SOURCE.exists() and read_json(SOURCE) == source:
        return has_new_code
    write_json(SOURCE, source)
    return True


if __name__ == "__main__":
    run_stage("watch_source", main)
