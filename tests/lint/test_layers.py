"""check-layers is satisfied with this tree, and finds what it is there to find."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]


def check(folder):
    return subprocess.run([sys.executable, TOP / "scripts/check-layers", folder], capture_output=True, text=True)


def check_tree(**files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name.replace("__", "/").replace("_c", ".c").replace("_h", ".h"))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return check(folder)


class Layers(unittest.TestCase):
    def test_this_tree_points_down_only(self):
        done = check(TOP)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_an_arrow_upwards_is_found(self):
        done = check_tree(platform__x_c='#include "agent/y.h"\n', agent__y_h="")
        self.assertEqual(done.returncode, 1)
        self.assertIn("platform may not include agent/y.h", done.stdout)

    def test_the_contract_does_without_the_commands_of_people(self):
        done = check_tree(handler__x_c='#include "handler/people/y.h"\n', handler__main_c='#include "handler/people/y.h"\n',
                          handler__people__y_h='#include "handler/z.h"\n', handler__z_h="")
        self.assertEqual(done.stdout.splitlines(), ["handler/x.c: handler may not include handler/people/y.h"])

    def test_base_may_not_include_platform(self):
        done = check_tree(platform__base__x_c='#include "platform/y.h"\n', platform__y_h="")
        self.assertEqual(done.returncode, 1)

    def test_a_relative_include_is_found(self):
        done = check_tree(agent__x_c='#include "y.h"\n', agent__y_h="")
        self.assertEqual(done.returncode, 1)

    def test_a_library_out_of_its_layer_is_found(self):
        done = check_tree(agent__x_c='#include <curl/curl.h>\n')
        self.assertEqual(done.returncode, 1)


if __name__ == "__main__":
    unittest.main()
