"""The real mail server of the tests: one configuration for each of its generations."""
import re

import pytest

from .dovecot import configuration


@pytest.mark.parametrize(
    ("version", "has", "lacks"),
    [
        ((2, 3), "mail_location = ", "mail_driver"),
        ((2, 4), "mail_driver = ", "mail_location"),
        ((3, 0), "oauth2 {", "<"),
    ],
)
def test_each_generation_of_dovecot_gets_the_words_it_knows(version, has, lacks):
    given = dict.fromkeys(re.findall(r"{(\w+)}", configuration(version)), "x")
    text = configuration(version).format(**given)
    assert has in text and lacks not in text and text.count("{") == text.count("}")
    assert text.startswith("dovecot_config_version") == (version >= (2, 4))
