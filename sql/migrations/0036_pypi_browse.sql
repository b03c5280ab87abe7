-- Releases are looked up by their classifiers.

-- Takes as long as reading all Python releases.
CREATE INDEX release_pypi_classifiers_idx ON release_pypi USING gin (classifiers);
