"""What the benchmark ran on."""

import os
import subprocess
import time
from pathlib import Path


def facts(directory):
    """Processor, cores, memory, disk, system, and the day."""
    processor = next(
        (line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), "unknown processor")
    total = int(Path("/proc/meminfo").read_text().split("MemTotal:")[1].split()[0]) * 1024
    cores = os.cpu_count() or 1
    return {
        "processor": processor, "cores": f"{cores} core" + ("s" if cores > 1 else ""),
        "memory": f"{total / 2 ** 30:.0f} GiB", "disk": file_system(directory),
        "system": f"Linux {os.uname().release}", "date": time.strftime("%Y-%m-%d"),
    }


def file_system(directory):
    said = subprocess.run(["stat", "-f", "-c", "%T", str(directory)], capture_output=True, text=True, check=False)
    return {"ext2/ext3": "ext4"}.get(said.stdout.strip(), said.stdout.strip() or "unknown file system")
