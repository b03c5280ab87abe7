#!/usr/bin/env escript
%% SPDX-License-Identifier: Apache-2.0
%%
%% What Erlang itself makes of terms, for tests/e2e/clients/terms.t.
%%
%%	canon FILE...		a line per term, as canon/1 spells it; the term is
%%				written again, in several versions of the format,
%%				beside the file
%%	same FILE TERM		whether the file holds that term, in Erlang's words
%%	write FILE TERM [OPTION...]	the term, written with term_to_binary/2
-mode(compile).

main(["canon" | Files]) ->
    [canon_file(File) || File <- Files];
main(["same", File, Text]) ->
    Wanted = parse(Text),
    case read(File) of
        Wanted -> ok;
        Got -> io:format("got ~tp, wanted ~tp~n", [Got, Wanted]), halt(1)
    end;
main(["write", File, Text | Options]) ->
    ok = file:write_file(File, term_to_binary(parse(Text), [parse(O) || O <- Options])).

read(File) ->
    {ok, Bytes} = file:read_file(File),
    {Term, Used} = binary_to_term(Bytes, [safe, used]),
    Used = byte_size(Bytes),
    Term.

canon_file(File) ->
    Term = read(File),
    io:put_chars([canon(Term), "\n"]),
    [ok = file:write_file(File ++ Suffix, term_to_binary(Term, Options))
     || {Suffix, Options} <- [{".usual", []},
                              {".old", [{minor_version, 0}]},
                              {".new", [{minor_version, 2}]}]].

%% Terms of the subset only, anything else is an error: reals by their bits,
%% texts in hex, maps in the order of their keys.
canon(nil) -> "nil";
canon(true) -> "true";
canon(false) -> "false";
canon(I) when is_integer(I) -> integer_to_list(I);
canon(F) when is_float(F) -> ["real:", hex(<<F:64/float>>)];
canon(B) when is_binary(B) -> ["text:", hex(B)];
canon(L) when is_list(L) -> ["[", lists:join(",", [canon(E) || E <- L]), "]"];
canon(M) when is_map(M) ->
    Pairs = lists:sort([{hex(K), V} || {K, V} <- maps:to_list(M)]),
    ["{", lists:join(",", [[K, ":", canon(V)] || {K, V} <- Pairs]), "}"].

hex(B) -> lists:flatten([io_lib:format("~2.16.0b", [Byte]) || <<Byte>> <= B]).

%% An expression, so that functions, processes and references can be written too.
parse(Text) ->
    {ok, Tokens, _} = erl_scan:string(Text ++ "."),
    {ok, Expressions} = erl_parse:parse_exprs(Tokens),
    {value, Value, _} = erl_eval:exprs(Expressions, []),
    Value.
