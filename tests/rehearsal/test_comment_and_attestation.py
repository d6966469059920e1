"""The stand-ins for the sticky comment, the attestation, the logins and the Python, against their READMEs."""

from __future__ import annotations

from tests.rehearsal.small_hub import SmallHub, results

COMMENT = "- uses: marocchino/sticky-pull-request-comment@{sha}\n  with: "
WRITES = "{pull-requests: write}"
ATTEST = "- uses: actions/attest-build-provenance@{sha}\n  with: "
ATTESTS = "{id-token: write, attestations: write, packages: write}"
DIGEST = f"sha256:{'b' * 64}"


def test_one_comment_of_a_header_is_updated(small: SmallHub) -> None:
    for text in ("first", "second"):
        assert (
            small.run(f"{COMMENT}{{number: 7, header: ratchet, message: {text}}}", permissions=WRITES)["conclusion"]
            == "success"
        )
    (comment,) = small.hub.comments(7)
    assert (comment["body"], comment["edits"]) == ("second", 1)


def test_another_header_is_another_comment(small: SmallHub) -> None:
    small.run(
        f"{COMMENT}{{number: 7, header: one, message: a}}\n{COMMENT}{{number: 7, header: two, message: b}}",
        permissions=WRITES,
    )
    assert [each["body"] for each in small.hub.comments(7)] == ["a", "b"]


def test_a_comment_needs_the_right_to_write_pull_requests(small: SmallHub) -> None:
    run = small.run(f"{COMMENT}{{number: 7, message: a}}", permissions="{pull-requests: read}")
    assert "Resource not accessible by integration" in small.said(run)
    assert small.hub.comments(7) == []


def test_without_a_number_no_comment_is_written(small: SmallHub) -> None:
    run = small.run(f"{COMMENT}{{message: a}}", permissions=WRITES)
    assert run["conclusion"] == "success"
    assert not (small.hub.folder / "comments").exists()


def test_a_comment_that_is_too_long_is_refused(small: SmallHub) -> None:
    run = small.run(
        f"- run: head -c 65537 /dev/zero | tr '\\0' x > long\n{COMMENT}{{number: 7, path: long}}", permissions=WRITES
    )
    assert results(run) == ["success", "failure"]
    assert "body is too long" in small.said(run)


def test_an_attestation_names_the_workflow_and_the_subject(small: SmallHub) -> None:
    small.run(
        f"{ATTEST}{{subject-name: localhost/image, subject-digest: '{DIGEST}', push-to-registry: true}}",
        permissions=ATTESTS,
    )
    (statement,) = small.hub.attestations()
    assert statement["subject"] == [{"name": "localhost/image", "digest": {"sha256": "b" * 64}}]
    workflow = statement["predicate"]["buildDefinition"]["externalParameters"]["workflow"]
    assert workflow["path"] == ".github/workflows/one.yml"


def test_an_attestation_needs_an_identity_and_the_right_to_attest(small: SmallHub) -> None:
    for lacking in ("{id-token: write}", "{attestations: write}"):
        assert (
            small.run(f"{ATTEST}{{subject-name: a, subject-digest: '{DIGEST}'}}", permissions=lacking)["conclusion"]
            == "failure"
        )


def test_a_digest_that_is_none_is_not_attested(small: SmallHub) -> None:
    assert (
        small.run(f"{ATTEST}{{subject-name: a, subject-digest: 'sha256:1'}}", permissions=ATTESTS)["conclusion"]
        == "failure"
    )


def test_a_subject_that_is_pushed_has_no_tag(small: SmallHub) -> None:
    steps = f"{ATTEST}{{subject-name: 'a/b:latest', subject-digest: '{DIGEST}', push-to-registry: true}}"
    assert "have no tag" in small.said(small.run(steps, permissions=ATTESTS))


def test_a_login_with_the_runs_token_needs_the_right_to_write_packages(small: SmallHub) -> None:
    login = (
        '- uses: docker/login-action@{sha}\n  with: {registry: localhost, username: a, password: "${{ github.token }}"}'
    )
    assert "needs packages: write" in small.said(small.run(login))


def test_a_python_is_put_on_the_path_and_its_version_is_told(small: SmallHub) -> None:
    steps = """\
    - uses: actions/setup-python@{sha}
      id: python
      with: {python-version: "3.12"}
    - run: test "$(python -c 'import platform; print(platform.python_version())')" = "${{ steps.python.outputs.python-version }}"
    - run: test "$(command -v python3)" = "$pythonLocation/bin/python3"
    """
    assert results(small.run(steps)) == ["success"] * 3


def test_credentials_of_a_role_need_an_identity(small: SmallHub) -> None:
    steps = """\
    - uses: aws-actions/configure-aws-credentials@{sha}
      with: {role-to-assume: "arn:aws:iam::1:role/data", aws-region: eu-west-1}
    - run: test "$AWS_REGION" = eu-west-1
    """
    assert small.run(steps, permissions="{id-token: write}")["conclusion"] == "success"
    assert small.run(steps, permissions="{contents: read}")["conclusion"] == "failure"
