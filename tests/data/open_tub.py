"""Opens a tub with donkeycar's own classes and prints what they see: records, then angle, throttle and picture of each."""

import contextlib
import os
import sys

try:
    with contextlib.redirect_stdout(sys.stderr):  # donkeycar greets
        from donkeycar.parts.datastore_v2 import Manifest, ManifestIterator
except ImportError as missing:
    print(f"donkeycar is not installed: {missing}")
    sys.exit(1 if os.environ.get("CI") == "true" else 77)

tub = Manifest(sys.argv[1], read_only=True)
print(len(tub), tub.manifest_metadata["sessions"]["last_full_id"])
iterator = ManifestIterator(tub)
while True:
    try:
        record = next(iterator)
    except StopIteration:
        break
    image = record["cam/image_array"]
    size = os.path.getsize(os.path.join(sys.argv[1], "images", image))
    print(record["_index"], record["_session_id"], repr(record["user/angle"]), repr(record["user/throttle"]), image, size)
