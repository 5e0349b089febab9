"""A SLURM of two nodes on this machine, for the length of a test: munged, slurmctld, two slurmd, below one temporary folder.

    with Cluster() as slurm:
        job = slurm.submit("jobs/slurm/plain.sbatch", "study.yaml", "--out", "dir", options=["--nodes=2"])
        slurm.wait(job)

No systemd, no cgroups, no accounting, nothing below /etc, free ports. Each node has 4 processors, whatever the machine has. Partition
`high` takes nodes away from `low`, whose jobs go back into the queue. Needs root (slurmd runs jobs for others) and Debian's packages
of scripts/packages; where they are absent the test is skipped. All daemons, and what they started, end with the `with`, or, where the test itself
is killed, with the test (watch)."""
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

NODES = ("node1", "node2")
PROGRAMS = ("munged", "slurmctld", "slurmd", "srun", "sbatch", "salloc", "scontrol", "scancel", "sinfo", "mpirun")
# how to speak of a job that is at its end
ENDS = ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "PREEMPTED", "OUT_OF_MEMORY", "DEADLINE", "BOOT_FAIL")

CONFIGURATION = """ClusterName=lind
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={root}/munge.socket
CredType=cred/munge
StateSaveLocation={root}/state
SlurmdSpoolDir={root}/spool-%n
TmpFS={root}/tmp-%n
SlurmctldPidFile={root}/slurmctld.pid
SlurmdPidFile={root}/slurmd-%n.pid
SlurmdLogFile={root}/slurmd-%n.log
SlurmctldPort={ports[0]}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=pmix
ReturnToService=2
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,sched_interval=1,sched_min_interval=0,batch_sched_delay=0
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
KillWait={kill_wait}
SlurmdTimeout={slurmd_timeout}
SlurmctldTimeout=10
SlurmdParameters=config_overrides
NodeName=node1 NodeAddr=127.0.0.1 NodeHostname={host} Port={ports[1]} CPUs=4 RealMemory=65536
NodeName=node2 NodeAddr=127.0.0.1 NodeHostname={host} Port={ports[2]} CPUs=4 RealMemory=65536
PartitionName=low Nodes=ALL Default=YES PriorityTier=1 PreemptMode=REQUEUE MaxTime=INFINITE State=UP
PartitionName=high Nodes=ALL PriorityTier=10 PreemptMode=OFF MaxTime=INFINITE State=UP
"""


def skip(reason):
    print("skipped:", reason)
    sys.exit(77)


def claimed(first, n):
    """A socket that says, to other tests like this one, that the ports from `first` are taken; None if they are, by whomever."""
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0lind-test-ports-{first}")  # goes with this process
        for port in range(first, first + n):
            with socket.socket() as s:
                s.bind(("", port))
    except OSError:
        claim.close()
        return None
    return claim


def free_ports(n):
    """The first of n ports in a row, and what keeps them. They are below those that the kernel hands out itself, so that no client takes one in
    between."""
    for first in range(20000 + os.getpid() % 1000 * n, 32000, n):
        claim = claimed(first, n)
        if claim is not None:
            return first, claim
    return skip("no free ports")


def end_with_parent():
    """A daemon gets SIGTERM when the test is killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def processes(root):
    """Those that the SLURM below `root` started, and their environments."""
    mark = f"SLURM_CONF={root}/slurm.conf".encode()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                environment = file.read()
        except OSError:
            continue
        if int(pid) != os.getpid() and mark in environment.split(b"\0"):
            yield int(pid), environment


def end(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def end_all(root):
    """Steps outlive their slurmd, and may start others while they are being ended."""
    for _ in range(50):
        found = [pid for pid, _ in processes(root)]
        for pid in found:
            end(pid)
        if not found:
            break
        time.sleep(0.1)
    shutil.rmtree(root, ignore_errors=True)


def watch(root):
    """A process that waits until this one is gone, however it ends, and then ends what is left of its SLURM. It is nobody's child, so that
    ctest, which kills a test that takes too long with all its children, does not kill it. Returns what must be kept open meanwhile."""
    ours, its = os.pipe()[::-1]
    child = os.fork()
    if child > 0:
        os.close(its)
        os.waitpid(child, 0)
        return ours
    os.close(ours)
    os.setsid()
    if os.fork() > 0:
        os._exit(0)
    nothing = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):  # ctest waits until a test's output is closed
        os.dup2(nothing, fd)
    os.read(its, 1)
    end_all(root)
    os._exit(0)


class Cluster:
    def __init__(self, kill_wait=10, slurmd_timeout=10):
        if os.getuid() != 0:
            skip("slurmd needs root")
        os.environ["PATH"] += ":/usr/sbin:/sbin"
        absent = [p for p in PROGRAMS if shutil.which(p) is None]
        if absent:
            skip(f"{' '.join(absent)} not installed; scripts/packages --tests installs them")
        self.settings = {"kill_wait": kill_wait, "slurmd_timeout": slurmd_timeout}
        self.root = tempfile.mkdtemp(prefix="lind-slurm-")
        self.watched = watch(self.root)
        self.daemons, self.ports = {}, None

    # ---- daemons
    def start(self, name, *command, **environment):
        with open(f"{self.root}/{name}.out", "ab") as log:
            self.daemons[name] = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, preexec_fn=end_with_parent,
                                                  env={**os.environ, **environment})

    def start_node(self, node):
        # as on a node that forgets when it boots: SLURM's PMIx does not start a step whose socket or folder it finds there already
        for folder, mode in ((f"{self.root}/spool-{node}", 0o755), (f"{self.root}/tmp-{node}", 0o1777)):
            shutil.rmtree(folder, ignore_errors=True)
            os.mkdir(folder)
            os.chmod(folder, mode)
        self.start(f"slurmd-{node}", "slurmd", "-D", "-N", node, LIND_TEST_NODE=node)  # slurmstepd inherits it, jobs do not

    def kill_node(self, node):
        """As if its power failed: slurmd and everything that it started, at once."""
        self.daemons.pop(f"slurmd-{node}").kill()
        for pid, environment in self.processes():
            if any(f"{name}={node}".encode() in environment.split(b"\0") for name in ("SLURMD_NODENAME", "LIND_TEST_NODE")):
                self.end(pid)

    def __enter__(self):
        try:
            return self.begin()
        except BaseException:
            self.logs()
            self.stop()
            raise

    def begin(self):
        root = self.root
        os.chmod(root, 0o755)
        os.mkdir(f"{root}/state")
        os.mkdir(f"{root}/munge", 0o700)
        with open(os.open(f"{root}/munge/key", os.O_CREAT | os.O_WRONLY, 0o400), "wb") as key:
            key.write(os.urandom(128))
        first, self.ports = free_ports(3)
        with open(f"{root}/slurm.conf", "w") as file:
            file.write(CONFIGURATION.format(root=root, host=socket.gethostname(), ports=range(first, first + 3), **self.settings))
        os.environ.update(SLURM_CONF=f"{root}/slurm.conf", OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                          OMPI_MCA_btl="self,tcp",  # as between two machines
                          OMPI_MCA_mpi_yield_when_idle="1", OMPI_MCA_rmaps_base_oversubscribe="1")
        munge = f"{root}/munge"
        self.start("munged", "munged", "--foreground", f"--key-file={munge}/key", f"--socket={root}/munge.socket", f"--pid-file={munge}/pid",
                   f"--log-file={munge}/log", f"--seed-file={munge}/seed")
        self.until(lambda: os.path.exists(f"{root}/munge.socket"), 30, "munged makes its socket")
        self.start("slurmctld", "slurmctld", "-D", "-i")
        for node in NODES:
            self.start_node(node)
        self.until(lambda: self.ask("sinfo", "-h", "-N", "-p", "low", "-o", "%T").split() == ["idle", "idle"], 60, "two nodes are idle")
        return self

    def processes(self):
        return processes(self.root)

    @staticmethod
    def end(pid):
        end(pid)

    def stop(self):
        for daemon in self.daemons.values():
            daemon.terminate()
        for daemon in self.daemons.values():
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        end_all(self.root)

    def __exit__(self, kind, *_):
        if kind is not None and kind is not SystemExit:
            self.logs()
        self.stop()

    def logs(self):
        for name in ("munged", "slurmctld", *(f"slurmd-{node}" for node in NODES)):
            paths = [path for path in (f"{self.root}/{name}.log", f"{self.root}/{name}.out") if os.path.exists(path)]
            for path in paths[:1]:
                with open(path, errors="replace") as file:
                    print(f"---- the end of {os.path.basename(path)}\n{''.join(file.readlines()[-25:])}")

    # ---- what a user does
    def ask(self, *command):
        """What a command says; '' where it fails."""
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=60, check=False)
        return done.stdout if done.returncode == 0 else ""

    def run(self, *command, expect=0, seconds=120, **keywords):
        """Run to the end; both its outputs as text."""
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, timeout=seconds,
                              check=False, **keywords)
        if done.returncode != expect:
            raise AssertionError(f"{' '.join(command)}: status {done.returncode} instead of {expect}\n{done.stdout}")
        return done.stdout

    def submit(self, script, *arguments, options=(), **keywords):
        answer = self.run("sbatch", "--parsable", f"--output={self.root}/job-%j.out", *options, script, *arguments, **keywords)
        return answer.split(";")[0].strip()

    def said(self, job):
        try:
            with open(f"{self.root}/job-{job}.out", errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    def shown(self, job):
        """What scontrol shows of a job: {"JobState": .., "Restarts": .., "ExitCode": ..}; of an array, its first task."""
        lines = self.ask("scontrol", "show", "job", "-o", job).splitlines()
        return dict(word.split("=", 1) for word in lines[0].split() if "=" in word) if lines else {}

    def tasks(self, job):
        """The states of an array's tasks."""
        return [line.split("JobState=")[1].split()[0] for line in self.ask("scontrol", "show", "job", "-o", job).splitlines()]

    def waiting(self, job):
        """The tasks that went back into the queue, each with how often."""
        lines = self.ask("scontrol", "show", "job", "-o", job).splitlines()
        shown = [dict(word.split("=", 1) for word in line.split() if "=" in word) for line in lines]
        return {(s["JobId"], s["Restarts"]) for s in shown if s["JobState"] == "PENDING" and s["Reason"] == "BeginTime"}

    def until(self, holds, seconds, what):
        end = time.monotonic() + seconds
        while not holds():
            for name, daemon in self.daemons.items():
                if daemon.poll() is not None:
                    raise AssertionError(f"{name} ended with status {daemon.returncode} while waiting until {what}")
            if time.monotonic() > end:
                raise AssertionError(f"{seconds} s are over; waited until {what}\n{self.ask('squeue')}")
            time.sleep(0.05)

    def wait(self, job, state="COMPLETED", seconds=180):
        """Until the job, or every task of an array, ends so. A job that was put back into the queue waits there for two minutes; here for three
        seconds, because slurmd takes a job that comes back in the second in which it was ended for that one."""
        let_go = set()

        def ended():
            tasks = self.tasks(job)
            if any(t in ENDS and t != state for t in tasks):
                raise AssertionError(f"job {job} is {' '.join(tasks)} instead of {state}\n{self.shown(job)}\n{self.said(job)}")
            for task in self.waiting(job) - let_go:
                self.ask("scontrol", "update", f"JobId={task[0]}", "StartTime=now+3")
                let_go.add(task)
            return len(tasks) > 0 and all(t == state for t in tasks)

        self.until(ended, seconds, f"job {job} is {state}")
        return self.shown(job)
