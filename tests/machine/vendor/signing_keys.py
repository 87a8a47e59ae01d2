"""What the vendor's apt and rpm repositories have in common: a host's folder, and keys that can be wrong."""

import openpgp
from openpgp import armor, binary

KEY_FILES = {"vendor": "microsoft.asc", "vendor-2025": "microsoft-2025.asc"}


class Host:
    """self.host is the folder of the host."""

    def put(self, path, data):
        """Replaces a file in one go: the server may be reading it."""
        file = self.host / path
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_name(file.name + ".new")
        new.write_bytes(data.encode() if isinstance(data, str) else data)
        new.rename(file)


class Keys(Host):
    """keys/ of the vendor; self.key is the one that this distribution's repository is signed by.

    NAME is the key's file; by default the one that belongs to self.key.
    """

    def publish_keys(self):
        for key, name in KEY_FILES.items():
            self.put(f"keys/{name}", armor(binary(key)))

    def rolled_over(self, packages, key="vendor-2025"):
        """From now on all is signed by another of the vendor's keys (rpms must be already), and an rpm's list names it."""
        self.key = key
        self.publish(packages)

    def key_file(self, data, name=None):
        """Puts any bytes where the key should be."""
        self.put(f"keys/{name or KEY_FILES[self.key]}", data)

    def wrong_key(self, name=None):
        self.key_file(armor(binary("attacker")), name)

    def second_key_appended(self, name=None, own_block=False):
        """The right key and a second one: in the same armor, or in an armor of its own."""
        both = armor(binary(self.key)) + armor(binary("attacker")) if own_block else \
            armor(binary(self.key) + binary("attacker"))
        self.key_file(both, name)

    def smuggled_subkey(self, name=None):
        """The right key with the attacker's key under it as a subkey."""
        self.key_file(armor(openpgp.with_smuggled_subkey(self.key)), name)

    def smuggled_user_id(self, name=None):
        self.key_file(armor(openpgp.with_smuggled_user_id(self.key)), name)

    def html_key(self, name=None):
        self.key_file("<html><body>Please sign in</body></html>\n", name)
