"""What an image of a machine holds is reached through host_open() and what is built on it, so that no link leads out of it."""

import re
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
WHOLE_NAME = re.compile(r"\bhost_path\(|\bhost(?:\.|->)root\b")

# Who may join Host.root and a path itself: what writes, runs or watches, and so has the running machine only; what
# decides where an image is; and walks of their own that follow no link.
MAY = {
    "agent/commands/command_line.c": "decides where the image is",
    "agent/queue.c": "writes",
    "agent/state.c": "takes a lock",
    "agent/state_holder.c": "whose lock it is, of processes that run",
    "agent/steps/managed_config.c": "a step",
    "agent/steps/repository_key.c": "a step",
    "agent/undo.c": "writes",
    "agent/undo_roll_back.c": "writes",
    "handler/events.c": "writes",
    "handler/people/status.c": "watches",
    "handler/program.c": "writes",
    "handler/recheck_unit.c": "writes",
    "platform/flush.c": "writes",
    "platform/fs.c": "writes; it reads through host_open()",
    "platform/fs_digest.c": "of packages that were fetched",
    "platform/fs_remove.c": "writes",
    "platform/fs_take.c": "writes",
    "platform/fs_write.c": "writes",
    "platform/host.c": "is host_path()",
    "platform/host.h": "is host_path()",
    "platform/host_open.c": "is host_open()",
    "platform/http_tls.c": "asks others, which is not done for an image",
    "platform/image.c": "looks at the folder that it is",
    "platform/packages/command.c": "runs package managers",
    "platform/packages/deb_index.c": "reads what it wrote",
    "platform/safe_folder.c": "a walk of its own",
    "platform/trusted_folder.c": "a walk of its own",
}


def users():
    for layer in ("handler", "agent", "platform"):
        for path in sorted((TOP / layer).rglob("*.[ch]")):
            code = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
            if WHOLE_NAME.search(code):
                yield path.relative_to(TOP)


class Images(unittest.TestCase):
    def test_only_those_listed_join_an_image_and_a_path(self):
        others = [str(path) for path in users() if str(path) not in MAY]
        self.assertEqual(others, [], "use host_open(), host_stat() or fs_...; else say in the list why it may")

    def test_nobody_is_listed_who_does_not(self):
        self.assertEqual(sorted(set(MAY) - {str(path) for path in users()}), [])


if __name__ == "__main__":
    unittest.main()
