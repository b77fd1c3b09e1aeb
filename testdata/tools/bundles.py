"""Writes all bundles: `python3 testdata/tools/bundles.py [NAME...]`.

Each bundle is one module `bundle_*.py` with a function `write(root)`. A folder is emptied before it is written.
"""

import shutil
import sys
from pathlib import Path

import bundle_linux_sos
import bundle_pulse
import bundle_veeam_linux_agent
import bundle_veeam_server
import bundle_vmware_esxi
import bundle_windows_server

BUNDLES = {
    "veeam-backup-server": bundle_veeam_server,
    "veeam-linux-agent": bundle_veeam_linux_agent,
    "pulse-gateway-and-client": bundle_pulse,
    "linux-sos": bundle_linux_sos,
    "windows-server": bundle_windows_server,
    "vmware-esxi": bundle_vmware_esxi,
}


def main(names):
    home = Path(__file__).resolve().parent.parent / "bundles"
    for name in names or BUNDLES:
        root = home / name
        shutil.rmtree(root, ignore_errors=True)
        BUNDLES[name].write(root)


if __name__ == "__main__":
    main(sys.argv[1:])
