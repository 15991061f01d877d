"""No untranslated string lands."""

from __future__ import annotations

from scripts import words as catalogue


def test_every_message_has_its_french_and_french_has_its_spaces() -> None:
    assert catalogue.faults() == []


def test_the_compiled_catalogue_holds_what_the_sources_say() -> None:
    compiled = (catalogue.LOCALE / "fr" / "LC_MESSAGES" / "geosocial.mo").read_bytes()
    assert compiled == catalogue.compiled(catalogue.catalogue())
