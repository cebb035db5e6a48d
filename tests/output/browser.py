"""A headless Chromium without a network, spoken to through two pipes: for looking at a page as a reader's browser does."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# Windows has no such pipes.
PROGRAM = next(filter(None, map(shutil.which, PROGRAMS)), None) if os.name == "posix" else None
OFFLINE = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
SWITCHES = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--host-resolver-rules=MAP * ~NOTFOUND", "--remote-debugging-pipe",
)  # fmt: skip
PATIENCE = 60  # seconds
SPARE = 10  # the first number for a pipe's end that is not one of those Chromium reads and writes


class Browser:
    """One open page; `requests` holds the address of everything it ever asked for, `messages` what its console said."""

    def __init__(self, reader, writer):
        self.reader, self.writer, self.count, self.session = reader, writer, 0, None
        self.requests, self.messages, self.loaded, self.heard = [], [], False, bytearray()
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.call("Network.emulateNetworkConditions", **OFFLINE)

    def open(self, path: Path, width: int = 1280, scripts: bool = True) -> None:
        """Load a file in a window of a width, scripts running or not."""
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self.call("Emulation.setDeviceMetricsOverride", **screen)
        self.loaded = False
        self.call("Page.navigate", url=path.resolve().as_uri())
        while not self.loaded:
            self._hear()

    def ask(self, expression: str):
        """Return what a JavaScript expression gives, a promise awaited."""
        told = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in told:
            raise RuntimeError(told["exceptionDetails"]["exception"].get("description"))
        return told["result"].get("value")

    def press(self, key: str, code: int, text: str = "") -> None:
        """Press and let go a key."""
        event = {"key": key, "windowsVirtualKeyCode": code, "text": text}
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, **event)

    def picture(self, path: Path, whole: bool = True) -> None:
        """Write a picture of the page."""
        told = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(told["data"]))

    def print(self, path: Path) -> None:
        """Write the page as it is printed."""
        told = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
        path.write_bytes(base64.b64decode(told["data"]))

    def call(self, method: str, **parameters) -> dict:
        """Send one command of the DevTools protocol and return its result."""
        self.count += 1
        command = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            command["sessionId"] = self.session
        self.writer.write(json.dumps(command).encode() + b"\0")
        self.writer.flush()
        while (told := self._hear()).get("id") != self.count:
            pass
        if "error" in told:
            raise RuntimeError(f"{method}: {told['error']['message']}")
        return told["result"]

    def _hear(self) -> dict:
        while b"\0" not in self.heard:
            if not select.select([self.reader], [], [], PATIENCE)[0]:
                raise RuntimeError("The browser does not answer.")
            answer = os.read(self.reader, 1 << 20)
            if not answer:
                raise RuntimeError("The browser has ended.")
            self.heard += answer
        told, _, rest = self.heard.partition(b"\0")
        self.heard = bytearray(rest)
        told = json.loads(told)
        match told.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(told["params"]["request"]["url"])
            case "Page.loadEventFired":
                self.loaded = True
            case "Log.entryAdded":
                self.messages.append(told["params"]["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.messages.append(told["params"]["exceptionDetails"]["text"])
        return told


@contextmanager
def browser():
    """Start Chromium, give its page, and end it."""
    commands, ours = os.pipe()
    theirs, answers = os.pipe()
    commands, answers = (_moved(end) for end in (commands, answers))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [PROGRAM, *SWITCHES, f"--user-data-dir={profile}"], stderr=subprocess.DEVNULL, pass_fds=(3, 4),
            preexec_fn=lambda: (os.dup2(commands, 3), os.dup2(answers, 4)),
        )  # fmt: skip
        os.close(commands)
        os.close(answers)
        with os.fdopen(ours, "wb") as writer:
            try:
                page = Browser(theirs, writer)
                yield page
                page.session = None
                page.call("Browser.close")
            finally:
                process.terminate()
                process.wait()
                os.close(theirs)


def _moved(end: int) -> int:
    import fcntl

    moved = fcntl.fcntl(end, fcntl.F_DUPFD, SPARE)
    os.close(end)
    return moved
