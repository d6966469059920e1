"""`audit.yaml`: the vulnerabilities that a person has weighed and lets pass, each with a reason and an end.

exemptions:
- id: PYSEC-2021-66
  package: jinja2
  reason: no text of strangers is ever rendered
  until: 2027-01-31
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from modelratchet.core.advisories import Exemption
from modelratchet.errors import ConfigError

AUDIT = Path("audit.yaml")
_Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: _Text
    package: _Text
    reason: _Text
    until: date


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    exemptions: tuple[_Entry, ...] = ()


def load_exemptions(path: Path | None) -> tuple[Exemption, ...]:
    """Read the file; without a name it is `audit.yaml`, which need not be there.

    Raises:
        ConfigError: the file is not there, is not YAML, or has faults; all of them are listed.
    """
    chosen = path or AUDIT
    try:
        parsed = yaml.safe_load(chosen.read_bytes())
        found = _Settings.model_validate(parsed or {})
    except FileNotFoundError as error:
        if path is None:
            return ()
        raise ConfigError(str(chosen), ["it is not there"]) from error
    except OSError as error:
        raise ConfigError(str(chosen), [f"it cannot be read: {error.strerror}"]) from error
    except yaml.YAMLError as error:
        raise ConfigError(str(chosen), [f"it is not YAML: {' '.join(str(error).split())}"]) from error
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors(include_url=False)]
        hint = "Each entry has id, package, reason and until (a date); docs/how-to/publish.md."
        raise ConfigError(str(chosen), faults, hint=hint) from error
    return tuple(Exemption(entry.id, entry.package, entry.reason, entry.until) for entry in found.exemptions)
