"""The word an action says when the state forbids what was asked."""


class Refused(Exception):  # noqa: N818 - named as the desk says it
    """`str(refused)` is a sentence for the person, already translated: why, and what to do instead."""
