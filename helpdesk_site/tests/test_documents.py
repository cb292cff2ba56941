"""The lists of behaviours and promises are whole, and each number has a test or is still to come (issue, part 1)."""

import re

import pytest

from helpdesk_site.documents import LINE, NUMBERS, citations, cited_in, still_to_come, with_links

DOCUMENTS = list(NUMBERS)


@pytest.fixture(scope="module")
def tests():
    return citations()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_names_every_number_once_and_in_order(document):
    assert [match[0] for match in LINE.findall(document.read_text())] == NUMBERS[document]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_number_has_a_test_or_is_still_to_come(document, tests):
    """The list of what is to come can only get shorter."""
    to_come = still_to_come(document.read_text())
    assert to_come <= set(NUMBERS[document])
    assert [number for number in NUMBERS[document] if number not in tests and number not in to_come] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_links_lead_to_tests_that_are_there(document):
    """A test that was renamed takes its link along: `python -m helpdesk_site.documents`."""
    links = re.findall(r"\[(\w+)\]\(\.\./([\w/]+\.py)\)", document.read_text())
    assert links
    for test, where in links:
        path = document.parent.parent / where
        assert path.is_file(), where
        assert f"def {test}(" in path.read_text() or path.stem == test, f"{test} is not in {where}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_number_that_is_held_says_by_what(document):
    text = document.read_text()
    linked = {number for number, _sentence, held in LINE.findall(text) if held}
    assert linked >= set(NUMBERS[document]) - still_to_come(text)


def test_ranges_and_lists_are_read():
    """The control."""
    import ast

    module = ast.parse('"""S15, C3 and T07; S173-S175, C1–C3. Not S, 3S or TS1x."""')
    assert cited_in(module) == {"S15", "C3", "T07", "S173", "S174", "S175", "C1", "C2"}
    line = "- **S1** A thing.\n- **S2** Another. Held by [old](../x.py)\n- **S3** More.\n\n## Still to come\n\nS2 S3\n"
    from helpdesk_site.documents import ROOT

    linked = with_links(line, {"S1": [(ROOT / "a/tests/test_b.py", "test_c")], "S2": [(ROOT / "a.py", "test_d")]})
    assert linked.splitlines()[:3] == [
        "- **S1** A thing. Held by [test_c](../a/tests/test_b.py)",
        "- **S2** Another. In part held by [test_d](../a.py)",
        "- **S3** More.",
    ]
