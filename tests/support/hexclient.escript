#!/usr/bin/env escript
%% SPDX-License-Identifier: Apache-2.0
%%
%% The protocol's own client library against a registry. It is taken out of
%% rebar3, where its modules have the prefix r3_. Called by hex.sh as
%%
%%	hexclient.escript BASE-URL KEY REPOSITORY VERB [ARGUMENT]...
%%
%% with REPOSITORY hexpm or an organization's, KEY "" for nobody. A verb of the
%% API prints the status and what was decoded; one of the repository fails, in
%% words, when a signature, a name or a checksum is not what it must be.
-mode(compile).

main([Base, Key, Repository, Verb | Arguments]) ->
    load(),
    ok = io:setopts([{encoding, unicode}]),
    {ok, _} = application:ensure_all_started(inets),
    ok = httpc:set_options([{max_sessions, 64}]),
    verb(Verb, [list_to_binary(A) || A <- Arguments], config(Base, Key, Repository)).

load() ->
    {ok, Sections} = escript:extract(os:find_executable("rebar3"), []),
    {archive, Archive} = lists:keyfind(archive, 1, Sections),
    {ok, Files} = zip:unzip(Archive, [memory]),
    [{module, _} = code:load_binary(list_to_atom(filename:basename(Name, ".beam")), Name, Code)
     || {Name, Code} <- Files, filename:extension(Name) =:= ".beam",
        lists:prefix("r3_", filename:basename(Name))].

config(Base, Key, Repository) ->
    Default = r3_hex_core:default_config(),
    repository(list_to_binary(Repository),
               Default#{api_url := list_to_binary(Base ++ "/api"),
                        repo_url := list_to_binary(Base ++ "/repo"),
                        api_key := key(Key), repo_key := key(Key),
                        http_user_agent_fragment := <<"(entrepot)">>}).

key("") -> undefined;
key(Key) -> list_to_binary(Key).

repository(<<"hexpm">> = Name, Config) ->
    Config#{repo_name := Name};
repository(Name, Config) ->
    Config#{repo_name := Name, api_repository := Name, api_organization := Name,
            repo_organization := Name}.

%% ---- the API ----

verb("publish", [Name, Version | Options], C) ->
    answer(publish(C, Name, Version, Options));
verb("package", [Name], C) ->
    answer(r3_hex_api_package:get(C, Name));
verb("search", [Words], C) ->
    answer(r3_hex_api_package:search(C, Words, [{sort, <<"name">>}]));
verb("release", [Name, Version], C) ->
    answer(r3_hex_api_release:get(C, Name, Version));
verb("revert", [Name, Version], C) ->
    answer(r3_hex_api_release:delete(C, Name, Version));
verb("retire", [Name, Version, Reason], C) ->
    answer(r3_hex_api_release:retire(C, Name, Version, #{<<"reason">> => Reason}));
verb("retire", [Name, Version, Reason, Message], C) ->
    answer(r3_hex_api_release:retire(C, Name, Version,
                                     #{<<"reason">> => Reason, <<"message">> => Message}));
verb("unretire", [Name, Version], C) ->
    answer(r3_hex_api_release:unretire(C, Name, Version));
verb("owners", [Name], C) ->
    answer(r3_hex_api_package_owner:list(C, Name));
verb("owner", [Name, User], C) ->
    answer(r3_hex_api_package_owner:get(C, Name, User));
verb("owner-add", [Name, User, Level, Transfer], C) ->
    answer(r3_hex_api_package_owner:add(C, Name, User, Level, Transfer =:= <<"transfer">>));
verb("owner-remove", [Name, User], C) ->
    answer(r3_hex_api_package_owner:delete(C, Name, User));
verb("me", [], C) ->
    answer(r3_hex_api_user:me(C));
verb("keys", [], C) ->
    answer(r3_hex_api_key:list(C));
verb("key", [Name], C) ->
    answer(r3_hex_api_key:get(C, Name));
verb("key-add", [Name | Permissions], C) ->
    answer(r3_hex_api_key:add(C, Name, [permission(P) || P <- Permissions]));
verb("key-remove", [Name], C) ->
    answer(r3_hex_api_key:delete(C, Name));
verb("docs-publish", [Name, Version, Text], C) ->
    {ok, Tarball} = r3_hex_tarball:create_docs([{"index.html", Text}]),
    answer(r3_hex_api:post(C, docs_path(C, Name, Version), {"application/octet-stream", Tarball}));
verb("docs-revert", [Name, Version], C) ->
    answer(r3_hex_api:delete(C, docs_path(C, Name, Version)));

%% COPIES identical publishes at once: how many had which answer.
verb("race", [Copies, Name, Version], C) ->
    Tarball = tarball(Name, Version, []),
    Answers = in_parallel([fun() -> r3_hex_api_release:publish(C, Tarball) end
                           || _ <- lists:seq(1, binary_to_integer(Copies))]),
    Counted = lists:foldl(fun(A, Map) -> maps:update_with(said(A), fun(N) -> N + 1 end, 1, Map) end,
                          #{}, Answers),
    [io:format("~b ~ts~n", [N, Text]) || {Text, N} <- lists:sort(maps:to_list(Counted))];

%% COUNT packages, JOBS at a time, all of them tried again and again until they
%% are in; prints the answers that were no success. LOG names what was acknowledged.
verb("storm", [Prefix, Count, Jobs, Log], C) ->
    {ok, File} = file:open(Log, [append]),
    Names = [iolist_to_binary(io_lib:format("~s_~4..0b", [Prefix, N]))
             || N <- lists:seq(1, binary_to_integer(Count))],
    [in_parallel([fun() -> persist(C, File, Name, 40) end || Name <- Some])
     || Some <- parts(Names, binary_to_integer(Jobs))];

%% Whether all that LOG names can be fetched.
verb("check", [Log], C0) ->
    {ok, Lines} = file:read_file(Log),
    C = with_public_key(C0),
    [fetch(C, Name, <<"1.0.0">>) || Name <- binary:split(Lines, <<"\n">>, [global, trim_all])];

%% ---- the repository ----

verb("names", [], C) ->
    Packages = body(r3_hex_repo:get_names(with_public_key(C))),
    [io:format("~ts~n", [Name]) || #{name := Name} <- Packages];
verb("versions", [], C) ->
    Packages = body(r3_hex_repo:get_versions(with_public_key(C))),
    [io:format("~ts ~ts ~0tp~n", [Name, lists:join(" ", Versions), maps:get(retired, P, [])])
     || #{name := Name, versions := Versions} = P <- Packages];
verb("releases", [Name], C) ->
    Releases = body(r3_hex_repo:get_package(with_public_key(C), Name)),
    [io:format("~ts ~0tp ~0tp~n", [Version, maps:get(retired, R, none), Dependencies])
     || #{version := Version, dependencies := Dependencies} = R <- Releases];
verb("fetch", [Name, Version], C) ->
    #{metadata := Metadata, contents := Contents} = fetch(with_public_key(C), Name, Version),
    #{<<"name">> := Name, <<"version">> := Version} = Metadata,
    io:format("~0tp ~0tp~n", [lists:sort([File || {File, _} <- Contents]), Metadata]);
verb("fetch-docs", [Name, Version], C) ->
    Tarball = body(get(C, ["docs/", Name, "-", Version, ".tar.gz"])),
    {ok, Files} = r3_hex_tarball:unpack_docs(Tarball, memory),
    io:format("~0tp~n", [Files]).

docs_path(C, Name, Version) ->
    r3_hex_api:build_repository_path(C, ["packages", Name, "releases", Version, "docs"]).

permission(Text) ->
    case binary:split(Text, <<":">>) of
        [Domain] -> #{<<"domain">> => Domain};
        [Domain, Resource] -> #{<<"domain">> => Domain, <<"resource">> => Resource}
    end.

answer({ok, {Status, _Headers, Body}}) ->
    io:format("~b ~0tp~n", [Status, Body]).

%% An answer in short: its status and, of a refusal, the errors.
said({ok, {Status, _, #{<<"errors">> := Errors}}}) -> io_lib:format("~b ~0tp", [Status, Errors]);
said({ok, {Status, _, #{<<"message">> := Text}}}) -> io_lib:format("~b ~ts", [Status, Text]);
said({ok, {Status, _, _}}) -> integer_to_list(Status);
said({error, Reason}) -> io_lib:format("~0p", [Reason]).

%% ---- making packages ----

publish(C, Name, Version, Options) ->
    {Params, Dependencies} = lists:partition(fun(O) -> O =:= <<"replace">> end, Options),
    r3_hex_api_release:publish(C, tarball(Name, Version, Dependencies),
                               [{replace, Params =/= []}]).

%% A library whose function name/0 returns its name and version.
tarball(Name, Version, Options) ->
    Dependencies = [binary:split(O, <<"=">>) || O <- Options],
    Applications = [[",", App] || [App, _] <- Dependencies],
    Application = ["{application,", Name, ",[{vsn,\"", Version, "\"},{modules,[", Name, "]},"
                   "{applications,[kernel,stdlib", Applications, "]}]}."],
    Module = ["-module(", Name, ").\n-export([name/0]).\n"
              "name() -> \"", Name, " ", Version, "\".\n"],
    Files = [{"rebar.config", <<"{erl_opts, []}.\n">>},
             {"src/" ++ binary_to_list(Name) ++ ".app.src", iolist_to_binary(Application)},
             {"src/" ++ binary_to_list(Name) ++ ".erl", iolist_to_binary(Module)}],
    {ok, #{tarball := Tarball}} =
        r3_hex_tarball:create(metadata(Name, Version, Dependencies, Files), Files),
    Tarball.

metadata(Name, Version, Dependencies, Files) ->
    #{<<"name">> => Name, <<"app">> => Name, <<"version">> => Version,
      <<"description">> => <<"The package ", Name/binary, " of the end-to-end tests, ",
                             "übersetzt"/utf8>>,
      <<"licenses">> => [<<"MIT">>], <<"build_tools">> => [<<"rebar3">>],
      <<"links">> => #{<<"Home">> => <<"https://registry.example/", Name/binary>>},
      <<"files">> => [list_to_binary(File) || {File, _} <- Files],
      <<"requirements">> =>
          maps:from_list([{App, #{<<"app">> => App, <<"optional">> => false,
                                  <<"requirement">> => Requirement}}
                          || [App, Requirement] <- Dependencies])}.

%% ---- many at once ----

in_parallel(Functions) ->
    Parent = self(),
    References = [begin
                      Reference = make_ref(),
                      spawn_link(fun() -> Parent ! {Reference, Function()} end),
                      Reference
                  end || Function <- Functions],
    [receive {Reference, Result} -> Result end || Reference <- References].

parts(List, N) when length(List) =< N -> [List];
parts(List, N) -> {Some, Rest} = lists:split(N, List), [Some | parts(Rest, N)].

%% A connection that broke tells nothing about what was stored: the same again
%% either stores it or is told that it is there.
persist(C, File, Name, Tries) when Tries > 0 ->
    Answer = r3_hex_api_release:publish(C, tarball(Name, <<"1.0.0">>, [])),
    case Answer of
        {ok, {201, _, _}} ->
            ok = file:write(File, [Name, "\n"]);
        {ok, {422, _, #{<<"errors">> := #{<<"inserted_at">> := _}}}} ->
            io:format("~ts was there~n", [Name]),
            ok = file:write(File, [Name, "\n"]);
        _ ->
            io:format("~ts ~ts~n", [Name, said(Answer)]),
            timer:sleep(200),
            persist(C, File, Name, Tries - 1)
    end.

%% ---- fetching and verifying ----

with_public_key(C) ->
    C#{repo_public_key := body(get(C, ["public_key"]))}.

get(#{repo_url := Url, repo_key := Key} = C, Path) ->
    Directory = case C of
                    #{repo_organization := undefined} -> [];
                    #{repo_organization := Name} -> ["/repos/", Name]
                end,
    Headers = [{"authorization", binary_to_list(Key)} || Key =/= undefined],
    Address = lists:flatten(io_lib:format("~ts", [[Url, Directory, "/", Path]])),
    {ok, {{_, Status, _}, _, Body}} =
        httpc:request(get, {Address, Headers}, [], [{body_format, binary}]),
    {ok, {Status, [], Body}}.

%% Verified by the library: the signature, the repository's name and the package's.
body({ok, {200, _, Body}}) -> Body;
body(Other) -> fail(Other).

%% The tarball, if both checksums are those of the signed package.
fetch(C, Name, Version) ->
    Releases = body(r3_hex_repo:get_package(C, Name)),
    [#{inner_checksum := Inner, outer_checksum := Outer}] =
        [R || #{version := V} = R <- Releases, V =:= Version],
    Tarball = body(r3_hex_repo:get_tarball(C, Name, Version)),
    {ok, #{inner_checksum := Inner, outer_checksum := Outer} = Unpacked} =
        r3_hex_tarball:unpack(Tarball, memory),
    Unpacked.

fail(What) ->
    io:format("~0tp~n", [What]),
    halt(1).
