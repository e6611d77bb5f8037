"""A shop of the attack's own: started in a temporary folder on a free port, watched, and ended."""
import glob
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.parse


class Attack(Exception):
    """What must not be: it ends the run with status 1."""


class Answer:
    def __init__(self, status, headers, body, seconds):
        self.status, self.headers, self.body, self.seconds = status, headers, body, seconds

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.body)


class Shop:
    # A hang is what takes longer than every deadline of the shop together.
    HANG_SECONDS = 15

    def __init__(self, binary, arguments=()):
        self.folder = tempfile.mkdtemp(prefix="vitrine-attack-", dir="/tmp")
        os.chmod(self.folder, 0o755)
        self.log_path = self.folder + "/shop.log"
        self.findings = []
        self.answers = 0
        with open(self.log_path, "wb") as log, open(self.folder + "/out", "wb") as out:
            self.process = subprocess.Popen(
                [binary, "up", "--state-folder", self.folder, "--http-port", "0", "--log-level", "warning", *arguments],
                stdin=subprocess.DEVNULL, stdout=out, stderr=log)
        self.port = self._wait_for_port()

    def _wait_for_port(self):
        end = time.monotonic() + 180
        while time.monotonic() < end:
            found = re.search(r"open at http://127\.0\.0\.1:(\d+)", open(self.folder + "/out").read())
            if found:
                return int(found.group(1))
            if self.process.poll() is not None:
                raise Attack("the shop did not start: " + self.log()[-2000:])
            time.sleep(0.1)
        raise Attack("the shop did not open within 180 s")

    def log(self):
        with open(self.log_path, errors="replace") as file:
            return file.read()

    def get(self, target, method="GET", headers=None, body=None, seconds=None, sender="127.0.0.1"):
        """One request on a connection of its own, from an address of this machine; a target is sent as it is given."""
        start = time.monotonic()
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=seconds or self.HANG_SECONDS, source_address=(sender, 0))
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read(), time.monotonic() - start)
        except TimeoutError:
            raise Attack(f"{method} {target[:300]} hangs for {self.HANG_SECONDS} s") from None
        except (http.client.HTTPException, OSError) as error:
            self.expect_alive(f"{method} {target[:300]} ({error})")
            raise Attack(f"{method} {target[:300]} was answered by {error!r}") from None
        finally:
            connection.close()
        self.answers += 1
        return answer

    def check(self, what, holds):
        """Notes what must hold and does not; the run goes on, so that all of it is seen."""
        if not holds:
            self.findings.append(what)
            print("  FOUND", what, flush=True)

    def expect_no_fault(self, target, answer):
        self.check(f"{answer.status} for {target[:400]}: {answer.text[:200]}", answer.status not in (500, 502))

    def expect_alive(self, after):
        if self.process.poll() is not None:
            raise Attack(f"the shop ended (status {self.process.returncode}) after {after}\n{self.log()[-3000:]}")

    def rss(self):
        """Megabytes."""
        status = open(f"/proc/{self.process.pid}/status").read()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024

    def sql(self, statements):
        programs = [shutil.which("psql")] + sorted(glob.glob("/usr/lib/postgresql/*/bin/psql"), reverse=True)
        program = next((one for one in programs if one), None)
        if not program:
            return None
        return subprocess.run(
            [program, "-h", self.folder + "/postgres/socket", "-U", "vitrine", "-d", "vitrine", "-qAtX", "-c", statements],
            capture_output=True, text=True, timeout=60)

    def owned(self, name):
        """The processes that work in the folder of the private Postgres or Redis."""
        found = []
        for entry in os.listdir("/proc"):
            try:
                if entry.isdigit() and os.readlink(f"/proc/{entry}/cwd").startswith(f"{self.folder}/{name}"):
                    found.append(int(entry))
            except OSError:
                pass  # It ended meanwhile.
        return found

    def signal(self, name, number):
        processes = self.owned(name)
        for process in processes:
            try:
                os.kill(process, number)
            except ProcessLookupError:
                pass
        return processes

    def wait_until(self, what, condition, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.expect_alive("waiting until " + what)
            if condition():
                return
            time.sleep(0.2)
        self.check(f"it never came within {seconds} s that {what}", False)

    def close(self):
        self.process.send_signal(signal.SIGINT)
        try:
            status = self.process.wait(60)
            self.check(f"the shop ended with status {status}", status == 0)
        except subprocess.TimeoutExpired:
            self.check("the shop does not end", False)
            self.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def quoted(text):
    return urllib.parse.quote(text, safe="")
