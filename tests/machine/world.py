"""What a scenario works with: a machine, Azure around it, its guest agent.

Everything is made when it is first asked for. Extend it by a subclass and register that with
scenario.use_world; a scenario may also hang attributes of its own on its world.
"""

import functools

import evidence
import roots
from azure import Azure
from direct import DirectAgent, DirectAzure
from guest_agent import GuestAgent
from machine import Machine


class World:
    """options: those of @scenario. folder: the scenario's own. build: compiled artefacts."""

    def __init__(self, options, folder, build):
        self.options = options
        self.folder = folder
        self.build = build

    @functools.cached_property
    def machine(self):
        """A fresh machine, booted."""
        machine = Machine(roots.root(self.options.get("root", "bookworm")),
                          self.folder / "machine", disk=self.options.get("disk", False))
        self.__dict__["machine"] = machine  # close() must see it also when the boot fails
        self.dress(machine)
        machine.boot()
        return machine

    def dress(self, machine):
        """What is to be done to the machine before its first boot."""

    @functools.cached_property
    def azure(self):
        if self.options.get("direct"):
            return DirectAzure(self)
        return Azure(self.machine, newest=self.options.get("agent", "debian") == "newest",
                     fast_track=self.options.get("fast_track", False))

    @functools.cached_property
    def agent(self):
        """The guest agent, not yet started."""
        return DirectAgent(self.azure) if self.options.get("direct") else GuestAgent(self.azure)

    def made(self, name):
        """The attribute if it was made already, else None."""
        return self.__dict__.get(name)

    def evidence(self):
        """Text that helps after a failure."""
        machine = self.made("machine")
        return evidence.full(machine, self.made("azure")) if machine else "no machine was made"

    def close(self, keep=False):
        if self.made("machine"):
            self.machine.close(keep=keep)
