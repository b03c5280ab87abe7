#!/usr/bin/env escript
%% SPDX-License-Identifier: Apache-2.0
%%
%% Hex packages made and read by the protocol's own library, which is taken out
%% of rebar3, where its modules have the prefix r3_.
%%
%%	create TARBALL METADATA [FILE]...	a package of these files, found below the
%%				current directory; the metadata is an Erlang map
%%	metadata TARBALL...	a line per package: its metadata as JSON
-mode(compile).

main(["create", Tarball, Metadata | Files]) ->
    load(),
    {ok, #{tarball := Bytes}} =
        r3_hex_tarball:create(parse(Metadata), [{File, filename:absname(File)} || File <- Files]),
    ok = file:write_file(Tarball, Bytes);
main(["metadata" | Tarballs]) ->
    load(),
    ok = io:setopts([{encoding, unicode}]),
    [io:put_chars([json(metadata(Tarball)), "\n"]) || Tarball <- Tarballs].

load() ->
    {ok, Sections} = escript:extract(os:find_executable("rebar3"), []),
    {archive, Archive} = lists:keyfind(archive, 1, Sections),
    {ok, Files} = zip:unzip(Archive, [memory]),
    [{module, _} = code:load_binary(list_to_atom(filename:basename(Name, ".beam")), Name, Code)
     || {Name, Code} <- Files, filename:extension(Name) =:= ".beam",
        lists:prefix("r3_", filename:basename(Name))].

parse(Text) ->
    {ok, Tokens, _} = erl_scan:string(Text ++ "."),
    {ok, Expressions} = erl_parse:parse_exprs(Tokens),
    {value, Value, _} = erl_eval:exprs(Expressions, []),
    Value.

metadata(Tarball) ->
    {ok, Bytes} = file:read_file(Tarball),
    {ok, #{metadata := Metadata}} = r3_hex_tarball:unpack(Bytes, memory),
    Metadata.

%% What consists of pairs alone is an object.
json(true) -> "true";
json(false) -> "false";
json(nil) -> "null";
json(undefined) -> "null";
json(Number) when is_integer(Number) -> integer_to_list(Number);
json(Text) when is_binary(Text) -> string(Text);
json(Map) when is_map(Map) -> object(maps:to_list(Map));
json([{Key, _} | _] = Pairs) when is_binary(Key) -> object(Pairs);
json(List) when is_list(List) -> ["[", lists:join(",", [json(E) || E <- List]), "]"].

object(Pairs) ->
    ["{", lists:join(",", [[string(Key), ":", json(Value)] || {Key, Value} <- Pairs]), "}"].

string(Text) ->
    ["\"", [escape(C) || C <- characters(Text)], "\""].

%% UTF-8, or else latin-1.
characters(Text) ->
    case unicode:characters_to_list(Text) of
        List when is_list(List) -> List;
        _ -> binary_to_list(Text)
    end.

escape(C) when C =:= $"; C =:= $\\ -> [$\\, C];
escape(C) when C < 32 -> io_lib:format("\\u~4.16.0b", [C]);
escape(C) -> C.
