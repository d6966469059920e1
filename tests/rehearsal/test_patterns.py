"""GitHub's filter patterns, against the table of its reference."""

from __future__ import annotations

import pytest

from rehearsal.patterns import matches

# patterns and what they take: the table of "Filter pattern cheat sheet"
PATTERNS = [
    ("feature/*", "feature/my-branch", True),
    ("feature/*", "feature/beta-a/my-branch", False),
    ("feature/**", "feature/beta-a/my-branch", True),
    ("main", "mainline", False),
    ("v[12].[0-9]+.[0-9]+", "v1.10.1", True),
    ("v[12].[0-9]+.[0-9]+", "v3.0.0", False),
    ("*.jsx?", "page.js", True),
    ("*.jsx?", "page.jsxx", False),
    ("**.js", "src/js/app.js", True),
    ("docs/*", "docs/deep/page.md", False),
    ("docs/**", "docs/deep/page.md", True),
    ("docs/**/*.md", "docs/README.md", True),
    ("**/README.md", "README.md", True),
    ("**/*src/**", "my-src/code/app.js", True),
]


@pytest.mark.parametrize(("pattern", "text", "taken"), PATTERNS)
def test_a_pattern_takes_what_the_cheat_sheet_says(pattern: str, text: str, taken: bool) -> None:
    assert matches(pattern, text) is taken
