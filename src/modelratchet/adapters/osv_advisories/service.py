"""The port `AdvisorySource` on OSV's own service: PyPA's and GitHub's advisories on Python packages, asked by name and version.

It knows no list of all packages: of one that nobody ever reported anything on it tells nothing, as of one that does not exist.

Source: https://google.github.io/osv.dev/post-v1-query/.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from modelratchet.adapters.osv_advisories.records import advisories_in, versions_by_name
from modelratchet.core.advisories import Advisory
from modelratchet.errors import EvidenceError, OutsideError
from modelratchet.usecases.ports.publishing import Advisories
from modelratchet.usecases.ports.serving import Distribution

ADDRESS = "https://api.osv.dev/v1/query"
_TIMEOUT_S = (5.0, 20.0)
_AT_ONCE = 8
_HINT = "Try again later, or name saved OSV records: --advisories FOLDER."


class OsvService:
    """Asks once for each package."""

    def __init__(self, address: str = ADDRESS) -> None:
        """Take where the service is."""
        self._address = address
        again = Retry(
            total=3,
            backoff_factor=0.5,
            status_forcelist=(429, 500, 502, 503, 504),
            allowed_methods=None,
            respect_retry_after_header=False,  # it may name hours
        )
        self._requests = requests.Session()
        self._requests.mount(address, HTTPAdapter(max_retries=again, pool_maxsize=_AT_ONCE))

    def of(self, packages: Sequence[Distribution]) -> Advisories:
        """See the port."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            found = list(pool.map(self._of_one, packages))
        return Advisories("OSV", "", tuple(advisory for each in found for advisory in each))

    def _of_one(self, package: Distribution) -> list[Advisory]:
        wanted = versions_by_name([package])
        (name,) = wanted
        try:
            return [
                advisory
                for record in self._records(name, package.version)
                for advisory in advisories_in(record, wanted, self._address, _HINT)
            ]
        except requests.RequestException as error:
            raise OutsideError(
                f"{self._address} does not tell of {name}: {type(error).__name__}", hint=_HINT
            ) from error
        except (ValueError, KeyError, TypeError, AttributeError, EvidenceError) as error:
            raise OutsideError(f"{self._address} answered on {name} in a form that is not OSV's", hint=_HINT) from error

    def _records(self, name: str, version: str) -> Iterator[dict[str, Any]]:
        question: dict[str, Any] = {
            "version": version.partition("+")[0],
            "package": {"name": name, "ecosystem": "PyPI"},
        }
        while True:
            answer = self._requests.post(self._address, json=question, timeout=_TIMEOUT_S)
            answer.raise_for_status()
            told = answer.json()
            yield from told.get("vulns", ())
            if not told.get("next_page_token"):
                return
            question["page_token"] = told["next_page_token"]
