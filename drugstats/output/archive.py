"""Office archives (.docx, .pptx, .xlsx) that are the same bytes every time: one date and one order for all members."""

import io
import re
import zipfile
from datetime import datetime
from pathlib import Path

FIXED_DATE = datetime(2000, 1, 1)
FIRST = "[Content_Types].xml"
UNIX = 3


def fix_dates(path: Path) -> None:
    """Write the archive at `path` again with one date for every member and for the document."""
    path.write_bytes(fixed(path.read_bytes()))


def fixed(content: bytes) -> bytes:
    """Return an archive's bytes with one date for every member and for the document, and nothing of the machine."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(packed, "w") as after:
        for name in sorted(before.namelist(), key=lambda name: (name != FIRST, name)):
            member = zipfile.ZipInfo(name, FIXED_DATE.timetuple()[:6])
            # Else Windows would leave another mark than Linux.
            member.create_system = UNIX
            kind = zipfile.ZIP_STORED if name.endswith((".png", ".xlsx")) else zipfile.ZIP_DEFLATED
            after.writestr(member, _undated(name, before.read(name)), kind)
    return packed.getvalue()


def _undated(name: str, content: bytes) -> bytes:
    """The member, its dates of making and of change replaced where it is the one that tells them."""
    if name != "docProps/core.xml":
        return content
    date = FIXED_DATE.isoformat().encode() + b"Z"
    return re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + date, content)
