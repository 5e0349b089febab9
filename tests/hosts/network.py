"""Several hosts on one machine: network namespaces with names, addresses and process groups of their own, joined by a bridge that
has a namespace to itself, so that nothing of the machine's own network is touched and tests may run side by side.

Open MPI's mpirun reaches them without ssh: its remote shell is a script of four lines that enters the namespace of a host."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SKIP = 77
SUBNET = "10.77.0.0/24"


def skip(reason):
    print("skipped:", reason)
    sys.exit(SKIP)


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def environment_of(pid):
    try:
        with open(f"/proc/{pid}/environ", "rb") as f:
            return dict(word.split(b"=", 1) for word in f.read().split(b"\0") if b"=" in word)
    except OSError:
        return {}


class Network:
    """with Network(3) as network: network.start(["lind", ...], ranks=6) runs it on hosts h0 .. h2, two ranks on each."""

    def __init__(self, n):
        self.n = n
        self.prefix = f"lind{os.getpid()}"
        self.switch = f"{self.prefix}-switch"
        self.folder = tempfile.mkdtemp(prefix="lind-hosts-")
        self.names = [f"{self.prefix}-h{i}" for i in range(n)]
        self.agent = os.path.join(self.folder, "agent")

    def __enter__(self):
        for tool in ("ip", "unshare", "mpirun", "hostname"):
            if shutil.which(tool) is None:
                skip(f"there is no {tool}")
        try:
            self.build()
        except (OSError, subprocess.CalledProcessError) as error:
            self.remove()
            skip(f"network namespaces cannot be made here ({error})")
        return self

    def __exit__(self, *_):
        self.remove()

    def build(self):
        ip("netns", "add", self.switch)
        ip("-n", self.switch, "link", "add", "bridge", "type", "bridge")
        ip("-n", self.switch, "link", "set", "bridge", "up")
        for i, name in enumerate(self.names):
            ip("netns", "add", name)
            ip("-n", name, "link", "add", "net", "type", "veth", "peer", "name", f"port{i}", "netns", self.switch)
            ip("-n", name, "addr", "add", f"10.77.0.{i + 1}/24", "dev", "net")
            ip("-n", name, "link", "set", "net", "up")
            ip("-n", name, "link", "set", "lo", "up")
            ip("-n", self.switch, "link", "set", f"port{i}", "master", "bridge", "up")
        with open(self.agent, "w") as f:
            f.write("#!/bin/sh\n# HOST COMMAND...: as ssh would, in the namespace of that name\nhost=$1\nshift\n"
                    'exec ip netns exec "$host" unshare --uts sh -c \'hostname "$0"; eval "exec $1"\' "$host" "$*"\n')
        os.chmod(self.agent, 0o700)

    def clear(self):
        """end what still runs on any host"""
        for name in self.names:
            for pid in self.processes(name):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass

    def remove(self):
        self.clear()
        for name in [*self.names, self.switch]:
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def processes(self, name):
        words = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True).stdout.split()
        return [int(word) for word in words]

    def ranks(self, i=None):
        """{rank: pid} of what runs on host i, or anywhere"""
        found = {}
        for name in self.names if i is None else [self.names[i]]:
            for pid in self.processes(name):
                rank = environment_of(pid).get(b"OMPI_COMM_WORLD_RANK")
                if rank is not None:
                    found[int(rank)] = pid
        return found

    def daemon(self, i):
        """the pid of Open MPI's daemon on host i (1 ..)"""
        for pid in self.processes(self.names[i]):
            with open(f"/proc/{pid}/comm") as f:
                if f.read().strip() == "orted":
                    return pid
        raise RuntimeError(f"no daemon runs on host {i}")

    def cut(self, i):
        """host i hears nobody and nobody hears it; no side is told: its carrier stays, packets go nowhere"""
        ip("-n", self.switch, "link", "set", f"port{i}", "nomaster")

    def mend(self, i):
        ip("-n", self.switch, "link", "set", f"port{i}", "master", "bridge")

    def start(self, command, ranks, hosts=None, options=(), launcher=(), out=None):
        """mpirun on the first `hosts` hosts, from h0; ranks are dealt out evenly. Its output goes to the file `out`."""
        hosts = hosts or self.n
        each = -(-ranks // hosts)
        mpirun = ["mpirun", "--host", ",".join(f"{name}:{each}" for name in self.names[:hosts]), "-n", str(ranks), "--bind-to", "none",
                  "--mca", "plm", "rsh", "--mca", "plm_rsh_agent", self.agent, "--mca", "btl", "self,tcp",
                  "--mca", "btl_tcp_if_include", SUBNET, "--mca", "oob_tcp_if_include", SUBNET,
                  "--mca", "mpi_yield_when_idle", "1", *launcher, *command]
        environment = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "TMPDIR": self.folder}
        words = ["ip", "netns", "exec", self.names[0], "unshare", "--uts", "sh", "-c", 'hostname "$0"; exec "$@"', self.names[0], *mpirun]
        return subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)


def until(condition, seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"after {seconds:g} s still not: {what}")
