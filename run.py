"""Makes the environment in .venv on first use and starts drugstats or its tests in it, with Python alone."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

USAGE = """用法 Usage: python run.py …
  assessment …   毒情形势分析：文稿、网页、图 / the situation assessment: document, page, charts
  test …         全部测试 / all tests
  load … 等      drugstats 的其他命令 / any other command of drugstats"""

OLD_PYTHON = """需要 64 位 Python 3.11 或更高版本，当前是 {0}。
drugstats needs a 64-bit Python 3.11 or newer; this is {0}."""

NO_FOLDER = """无法建立 .venv 文件夹：请关闭正在使用它的程序，检查写入权限和磁盘空间，
在 Debian、Ubuntu 上还要安装 python3-venv，再运行一次。
The folder .venv could not be made: close the programs that use it, check write permission and disk space,
on Debian and Ubuntu also install python3-venv, and run this again."""

NO_NETWORK = """软件包没有装上：请检查网络或 pip 镜像设置，或把离线包放进 wheelhouse 文件夹，再运行一次。
The packages could not be installed: check the network or the mirror that pip uses,
or put the packages into a folder named wheelhouse, and run this again."""

NO_WHEELS = """wheelhouse 文件夹里缺少适用于本机 Python 的软件包：请补齐，或移走该文件夹改用网络，再运行一次。
The folder wheelhouse lacks packages for this Python and system: complete it,
or move it away to install from the network, and run this again."""

PARALLEL = ["-n", "auto", "--dist", "worksteal"]

ROOT = Path(__file__).resolve().parent


def main(words):
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
    if sys.version_info < (3, 11) or sys.maxsize < 2**32:
        sys.exit(OLD_PYTHON.format(platform.python_version() + " " + platform.architecture()[0]))
    if not words:
        say(USAGE)
        return 2
    try:
        python = environment(ROOT / ".venv", ROOT / "requirements.lock", ROOT / "wheelhouse")
        if words[0] == "test":
            return call(python, "-m", "pytest", *PARALLEL, *words[1:], cwd=ROOT)
        command = "build" if words[0] == "assessment" else words[0]
        # -P, or a folder named drugstats where the user stands would be started instead.
        return call(python, "-P", "-m", "drugstats", command, *words[1:])
    except KeyboardInterrupt:
        return 130


def environment(folder, lock, wheelhouse):
    if not is_complete(folder, lock):
        make(folder)
        install(folder, lock, wheelhouse)
        show_sources(folder, lock.parent)
        (folder / "complete").write_text(stamp(lock))
    return python_in(folder)


def is_complete(folder, lock):
    complete = folder / "complete"
    return python_in(folder).exists() and complete.is_file() and complete.read_text() == stamp(lock)


def python_in(folder):
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def stamp(lock):
    this_python = sys.implementation.cache_tag + sys.base_prefix
    return hashlib.sha256(lock.read_bytes() + this_python.encode()).hexdigest()


def make(folder):
    say("建立运行环境 .venv … / Making the environment .venv …")
    if call(sys.executable, "-m", "venv", "--clear", "--without-pip", folder):
        sys.exit(NO_FOLDER)


def install(folder, lock, wheelhouse):
    say("安装软件包，约需一至数分钟 … / Installing the packages, which takes one to a few minutes …")
    offline = wheelhouse.is_dir()
    source = ["--no-index", "--find-links", wheelhouse] if offline else []
    shown = [] if sys.stderr.isatty() else ["--quiet"]
    wanted = [*shown, *source, "--only-binary", ":all:", "--require-hashes", "-r", lock]

    uv = shutil.which("uv")
    # Where uv fails pip has its turn, because only pip reads the mirror in pip's own settings.
    if uv and call(uv, "pip", "install", "--python", python_in(folder), *wanted) == 0:
        return
    if call(sys.executable, "-m", "venv", folder):  # again, now with pip
        sys.exit(NO_FOLDER)
    if call(python_in(folder), "-m", "pip", "install", "--no-compile", *wanted):
        sys.exit(NO_WHEELS if offline else NO_NETWORK)
    others_tests = r"[/\\]tests[/\\]"
    call(python_in(folder), "-m", "compileall", "-q", "-j", "0", "-x", others_tests, packages_in(folder))


def show_sources(folder, root):
    # Relative, so that a moved folder goes on working and a Chinese path meets no code page.
    (packages_in(folder) / "drugstats.pth").write_text(os.path.relpath(root, packages_in(folder)) + "\n")


def packages_in(folder):
    return Path(sysconfig.get_path("purelib", "venv", {"base": str(folder)}))


def call(*command, cwd=None):
    unwanted = ("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
    inherited = {name: value for name, value in os.environ.items() if name not in unwanted}
    settings = {"PYTHONUTF8": "1", "UV_COMPILE_BYTECODE": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return subprocess.call([str(word) for word in command], env={**inherited, **settings}, cwd=cwd)


def say(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
