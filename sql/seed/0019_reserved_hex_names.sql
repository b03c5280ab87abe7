-- Hex package names that belong to the languages, the build tools, the platform's
-- own applications, device names and words of the site's addresses.

INSERT INTO reserved_name (ecosystem, canonical_name)
SELECT DISTINCT 'hex', name
  FROM unnest(string_to_array(
	'elixir eex elixirc ex_unit iex logger mix '
	'erlang typer to_erl run_erl escript erlc erl epmd dialyzer ct_run rebar rebar3 hex hexpm mix_hex '
	'otp asn1 common_test compiler crypto debugger diameter edoc eldap erl_docgen erl_interface erts et '
	'eunit ftp hipe inets jinterface kernel megaco mnesia observer odbc os_mon parsetools public_key '
	'reltool runtime_tools sasl snmp ssh ssl stdlib syntax_tools toolbar tools wx xmerl '
	'tftp httpc httpd net http net_http gen_http '
	'nul con prn aux com1 com2 com3 com4 com5 com6 com7 com8 com9 '
	'lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9 '
	'package organization www myapp lock locked all assets '
	'api docs preview search staging stats static', ' ')) AS name;
