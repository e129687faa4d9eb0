"""Renders every record of the EVTX files given as XML with python-evtx, and prints how many.

Damage ends a chunk or a record, not the run: the other programs go on as well.
"""
import sys

from Evtx.Evtx import Evtx


def render(path):
    records = failed = 0
    with Evtx(path) as log:
        for chunk in log.chunks():
            try:
                for record in chunk.records():
                    try:
                        record.xml()
                        records += 1
                    except Exception:
                        failed += 1
            except Exception:
                failed += 1
    return records, failed


records = failed = 0
for path in sys.argv[1:]:
    try:
        done, broken = render(path)
    except Exception:
        done, broken = 0, 1
    records += done
    failed += broken
print(f"{records} records, {failed} failures")
