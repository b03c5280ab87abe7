-- Crate names that belong to the language, its tools, or an operating system's
-- devices. Stored in canonical form, as all names are compared.

INSERT INTO reserved_name (ecosystem, canonical_name)
SELECT DISTINCT 'crates', canonical_package_name('crates', name)
  FROM unnest(string_to_array(
	'alloc arena ast builtins collections compiler-builtins compiler-rt compiletest core coretest '
	'debug driver flate fmt_macros grammar graphviz macro macros proc_macro rbml rust-installer '
	'rustbook rustc rustc_back rustc_borrowck rustc_driver rustc_llvm rustc_resolve rustc_trans '
	'rustc_typeck rustdoc rustllvm rustuv serialize std syntax test unicode '
	'nul con prn aux com0 com1 com2 com3 com4 com5 com6 com7 com8 com9 '
	'lpt0 lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9', ' ')) AS name;
