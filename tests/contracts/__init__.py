"""The same tests on each fake and on the real thing behind the same port."""
