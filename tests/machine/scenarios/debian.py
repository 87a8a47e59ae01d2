"""The apt of other Debians than 12: 2.2 (Debian 11) and 3.0 (Debian 13), cut off. The rest is in every_manager.py."""

from onboarding_world import STATE
from scenario import for_families


@for_families("debian11", "debian13", disk=True, timeout=300)
def in_the_middle(w):
    """The disk full, the worker killed, the power cut: before the package nothing is left, after it goes on."""
    w.prepare(ballast_mib=64)
    w.publish()
    w.ask()
    before = w.snapshot()
    for left in (40, 100):                              # for the download not enough; for it, not for what is in it
        w.fill_disk(left)
        w.agent.start() if left == 40 else w.enable_again()
        w.wait_error("disk-full", timeout=90)
        w.assert_untouched(before)
        assert w.machine.run(["dpkg", "--audit"]).stdout == "" and not w.machine.exists(f"{STATE}/undo")
        w.empty_disk()
    let_go = w.hold_back(w.vendor.packages)
    w.enable_again()
    w.wait_told("downloading mdatp")
    w.kill_worker()
    w.wait_error("worker-died")
    w.assert_quiet()
    w.assert_untouched(before)
    let_go()
    w.enable_again()
    w.machine.wait(lambda: w.machine.exists("/opt/microsoft/mdatp/lib/ballast.dpkg-new"), 60, "dpkg to unpack")
    w.machine.run(["sync", "-f", STATE])
    w.machine.power_cut()
    w.azure.forget_uploads()
    w.machine.boot()
    w.azure.wait_status("success", timeout=90)
    w.assert_onboarded()
    w.assert_sane()
