# SPDX-License-Identifier: Apache-2.0
"""The programs under measurement: a private PostgreSQL, databases of two
sizes, entrepot, the reference and web servers. Shell functions of deploy/ do
what they do for the quickstart, so that the same configurations are measured."""

import dataclasses
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
CORES = os.cpu_count()
WORKERS = 2 * CORES             # entrepot's default; the reference gets as many


@dataclasses.dataclass
class Kind:
    """What fills a database whose name begins so."""
    prefix: str
    seed: str
    unit: str
    script: str
    count: str                  # the script's variable
    rendered: bool              # by entrepot-admin reindex, afterwards


KINDS = (
    Kind("hex", "_hex", "Hex packages", "hex.sql", "packages", True),
    Kind("pypi", "_pypi", "Python projects", "pypi.sql", "packages", True),
    Kind("large", "", "crates", "registry.sql", "crates", False),
    Kind("small", "", "crates", "registry.sql", "crates", False),
)


def shell(script, *arguments, **options):
    """Functions of deploy/lib.sh and deploy/webserver.sh."""
    head = f". {SOURCE}/deploy/lib.sh; . {SOURCE}/deploy/webserver.sh; "
    return subprocess.run(["bash", "-c", head + script, "bench", *arguments], check=True,
                          stdout=subprocess.PIPE, text=True, **options).stdout


def wait_for(what, seconds=30):
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            raise RuntimeError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


def children(pid, name=None):
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat") as file:
                head, _, rest = file.read().rpartition(")")
        except OSError:
            continue
        if int(rest.split()[1]) == pid and (name is None or head.split("(", 1)[1] == name):
            found.append(int(entry))
    return found


class Site:
    """One application behind one web server, in a directory of its own."""

    def __init__(self, house, name, database, web):
        self.house, self.name, self.database, self.web = house, name, database, web
        self.dir = f"{house.dir}/{name}"
        self.port = int(shell("free_port"))
        self.pid = None
        for part in ("run", "log", "tmp"):
            house.make_directory(f"{self.dir}/{part}")
        os.symlink(f"{house.dir}/data", f"{self.dir}/data")
        if os.geteuid() == 0:
            os.chmod(self.dir, 0o711)

    def configure(self, **settings):
        values = {
            "base_url": f"http://127.0.0.1:{self.port}",
            "database": self.house.conninfo(self.database),
            "data_dir": f"{self.house.dir}/data",
            "hex_key": f"{self.house.keys}/hex.pem",
            "listen": f"{self.dir}/run/entrepot.sock",
            "log": f"{self.dir}/log/entrepot.log",
            "sendfile": shell("webserver_sendfile $1", self.web).strip(),
        }
        if values["sendfile"] == "x-accel-redirect":
            values["sendfile_prefix"] = "/_blobs/"
        if os.geteuid() == 0:
            values["user"] = self.house.user
        values.update(settings)
        self.conf = f"{self.dir}/entrepot.conf"
        with open(self.conf, "w") as out:
            out.writelines(f"{k} = {v}\n" for k, v in values.items() if v is not None)
        os.chmod(self.conf, 0o644)
        return self

    def start(self, *command):
        """COMMAND, or entrepot, and the web server."""
        self.pid = self.house.daemon(f"{self.name}/log/application", *(
            command or (f"{self.house.build}/entrepot", "--config", self.conf)))
        wait_for(lambda: os.path.exists(f"{self.dir}/run/entrepot.sock"))
        self.start_web()
        return self

    def start_web(self):
        words = shell("webserver_configure $1 $2 $3; webserver_command $1 $2",
                      self.web, self.dir, str(self.port)).splitlines()
        self.web_pid = self.house.daemon(f"{self.name}/log/web", *words)
        wait_for(self.answers)

    def answers(self):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    def beside(self):
        """What else works for a request: PostgreSQL and the web server."""
        return (self.house.backends(self.database) + [self.web_pid] + children(self.web_pid))

    def workers(self):
        return children(self.pid, "entrepot-worker") or children(self.pid)


class House:
    def __init__(self, dir_, build, sizes):
        self.dir, self.pg, self.build, self.sizes = f"{dir_}/now", f"{dir_}/pg", build, sizes
        self.keys = f"{dir_}/keys"
        self.user = shell("daemon_user").strip()
        self.processes = []
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(self.dir)
        self.make_directory(self.pg)
        self.make_directory(self.keys)
        os.chmod(self.pg, 0o700)
        for part in ("run", "log", "data", "data/blobs", "data/tmp"):
            self.make_directory(f"{self.dir}/{part}")

    def make_directory(self, path):
        os.makedirs(path, exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(path, self.user, None)

    # --- processes ---

    def as_user(self, *command):
        if os.geteuid() != 0:
            return command
        return ("setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--init-groups",
                *command)

    def daemon(self, log, *command, farewell=signal.SIGTERM):
        """Started as the unprivileged user; entrepot becomes that by itself."""
        if not command[0].endswith("/entrepot"):
            command = self.as_user(*command)
        with open(f"{self.dir}/{log}.err", "ab") as out:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                       start_new_session=True)
        process.farewell = farewell
        self.processes.append(process)
        return process.pid

    def stop(self, pid):
        for process in self.processes:
            if process.pid == pid:
                self.processes.remove(process)
                end(process)

    def close(self):
        while self.processes:
            end(self.processes.pop())

    # --- PostgreSQL ---

    def conninfo(self, database):
        return f"host={self.dir}/run user=entrepot dbname={database}"

    def open(self):
        if not os.path.exists(f"{self.pg}/PG_VERSION"):
            shell('cluster_create "$@"', self.pg, self.user, "max_connections = 100",
                  "logging_collector = on", "log_destination = jsonlog",
                  f"log_directory = '{self.dir}/log'", "log_filename = 'postgres.log'")
        binaries = shell("postgres_bindir").strip()
        self.psql_path = f"{binaries}/psql"
        self.daemon("log/postgres", f"{binaries}/postgres", "-D", self.pg,
                    "-k", f"{self.dir}/run", "-p", "5432",
                    farewell=signal.SIGINT)
        wait_for(lambda: not subprocess.run(
            [self.psql_path, "-X", "-h", f"{self.dir}/run", "-U", "postgres", "-c", "SELECT 1"],
            capture_output=True).returncode)
        for name, count in self.sizes.items():
            self.prepare(name, count)
        self.sql("CHECKPOINT")

    def psql(self, database, *arguments):
        return subprocess.run(
            [self.psql_path, "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1",
             "-h", f"{self.dir}/run", "-U", "postgres", "-d", database, *arguments],
            check=True, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PGOPTIONS": "-c client_min_messages=warning"}).stdout.strip()

    def sql(self, statement, database="postgres"):
        return self.psql(database, "-c", statement)

    def rows(self, statement, database):
        return [line.split("\t") for line in self.sql(statement, database).splitlines()]

    def backends(self, database):
        """The processes of PostgreSQL that serve applications."""
        return [int(row[0]) for row in self.rows(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_type = 'client backend' AND usename = 'entrepot'", database)]

    def prepare(self, name, count):
        """Database NAME: a copy of one that was filled once and is kept."""
        kind, = (kind for kind in KINDS if name.startswith(kind.prefix))
        seed, stamp = f"seed{kind.seed}_{count}", self.stamp()
        known = self.sql("SELECT shobj_description(oid, 'pg_database') FROM pg_database "
                         f"WHERE datname = '{seed}'")
        if known != stamp:
            print(f"filling {count:,} {kind.unit}", flush=True)
            self.sql(f"DROP DATABASE IF EXISTS {seed}")
            self.migrate(seed)
            if count > 0:
                self.psql(seed, "-v", f"{kind.count}={count}", "-f", f"{HERE}/{kind.script}")
            if kind.rendered:
                self.render(seed)
            self.sql(f"COMMENT ON DATABASE {seed} IS '{stamp}'")
        self.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self.sql(f"CREATE DATABASE {name} OWNER entrepot TEMPLATE {seed} STRATEGY file_copy")

    def render(self, seed):
        made = os.path.exists(f"{self.keys}/hex.pem")
        self.admin(seed, *(["reindex"] if made else ["keys", "create"]))
        if not made:
            self.admin(seed, "reindex")

    def migrate(self, database):
        shell('cluster_database "$@"', f"{self.dir}/run", database)
        self.admin(database, "migrate")

    def stamp(self):
        """Of everything that decides what a filled database looks like."""
        digest = hashlib.sha256()
        for directory in (f"{SOURCE}/sql/migrations", f"{SOURCE}/sql/seed", HERE):
            for name in sorted(os.listdir(directory)):
                if name.endswith(".sql"):
                    with open(f"{directory}/{name}", "rb") as file:
                        digest.update(file.read())
        return digest.hexdigest()[:16]

    def statement_log(self):
        return f"{self.dir}/log/postgres.json"

    def log_statements(self, on):
        self.sql(f"ALTER SYSTEM SET log_statement = '{'all' if on else 'none'}'")
        self.sql("SELECT pg_reload_conf()")
        time.sleep(0.3)

    # --- administration ---

    def admin(self, database, *words, **options):
        conf = f"{self.dir}/admin-{database}.conf"
        with open(conf, "w") as out:
            out.write(f"database = {self.conninfo(database)}\ndata_dir = {self.dir}/data\n"
                      f"hex_key = {self.keys}/hex.pem\n")
        return subprocess.run([f"{self.build}/entrepot-admin", "--config", conf, *words],
                              check=True, stdout=subprocess.PIPE, text=True, **options).stdout

    def token(self, database):
        """Of an account named bench that may publish."""
        self.admin(database, "user", "add", "bench", "--email", "bench@example.org",
                   "--confirmed", "--password-stdin", input="correct horse battery staple\n")
        return json.loads(self.admin(database, "token", "add", "--user", "bench",
                                     "--name", "bench", "--json"))["token"]


def end(process):
    for sig, seconds in ((process.farewell, 20), (signal.SIGKILL, 5)):
        process.send_signal(sig)
        try:
            process.wait(seconds)
            return
        except subprocess.TimeoutExpired:
            continue
