"""Makes a git repository of a program whose room managers became one and two again, with claims about it.

    python Tests/Console/room_repository.py FOLDER
"""

import json
import os
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Live"))

from room_history import LEGACY, MANIFEST, History  # noqa: E402

DAY = 86_400


def main(folder: Path) -> None:
    seed = int(os.environ.get("CANON_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"CANON_SEED={seed}")
    history = History(folder, seed)
    history.clock += 3 * DAY
    history.write("shop/older.py", LEGACY.replace("Legacy", "Older"))
    history.commit("Add a third one")
    history.others()
    history.clock += 9 * DAY
    history.git("rm", "--quiet", "shop/older.py")
    third = history.commit("Remove the third")
    history.others()
    history.clock += 9 * DAY
    fix = history.remove()
    history.others()
    history.clock += 9 * DAY
    history.restore()
    history.others()
    history.write("canon.yaml", MANIFEST + "      owner: platform\n  waivers: []\n")
    history.write("canon-claims.yaml", json.dumps({
        "claims": [
            {"issue": 7, "title": "One <b>room</b> manager", "concept": "rooms", "fix": fix},
            {"issue": 8, "title": "Two at most", "concept": "rooms", "fix": third,
             "expected": ["shop.rooms.RoomManager", "shop.legacy.LegacyRoomManager"]},
            {"issue": 9, "title": "Nobody knows", "concept": "rooms"},
            {"issue": 10, "title": "Not yet", "concept": "rooms", "closed": False},
        ],
        "deployments": [{"revision": "shop-00044", "commit": history.git("rev-parse", "HEAD")}],
        "runtime": [{"revision": "shop-00044", "names": ["shop.rooms.RoomManager", "shop.legacy.LegacyRoomManager"]}],
    }))
    history.commit("Say what was done")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
