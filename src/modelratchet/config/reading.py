"""Reads all of `params.yaml` and says everything that is wrong with it at once: in each block, between blocks, and what no block is.

The command line, `decide`, `record` and the guard in `watch_source` call it; other stages read their own blocks by `config.blocks`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from modelratchet.config.blocks import HINT, faults_of, parse_yaml, read_settings, require_blocks
from modelratchet.config.column_checks import watched_faults
from modelratchet.config.cross_checks import cross_faults
from modelratchet.config.layout import PARAMS
from modelratchet.config.params import Params
from modelratchet.errors import ConfigError


def load_params(path: Path = PARAMS) -> Params:
    """Read and check the settings.

    Raises:
        ConfigError: the file is missing, is not YAML, or has faults; all of them are listed.
    """
    return read_params(read_settings(path), str(path))


def read_params(data: bytes, source: str) -> Params:
    """Read and check settings from a file's bytes.

    Raises:
        ConfigError: they are not YAML, or have faults; all of them are listed.
    """
    return parse_params(parse_yaml(data, source), source)


def parse_params(data: Any, source: str = str(PARAMS)) -> Params:
    """Check settings that were read already.

    Raises:
        ConfigError: with every fault.
    """
    blocks = require_blocks(data, source)
    across = [*cross_faults(blocks), *watched_faults(blocks)]
    try:
        params = Params.model_validate(blocks)
    except ValidationError as error:
        faults = list(dict.fromkeys([*faults_of(error, Params), *across]))
        raise ConfigError(source, faults, hint=HINT) from error
    if across:
        raise ConfigError(source, across, hint=HINT)
    return params
