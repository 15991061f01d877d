"""The documentation site: what is generated for it, and how it is built in both languages, offline."""
