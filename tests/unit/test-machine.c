#include "tests/unit/scratch.h"

#include <fcntl.h>
#include <unistd.h>

#include "platform/machine.h"
#include "platform/host_init.h"

#define MIB (INT64_C(1024) * 1024)
#define ROOT "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
#define V1 "/sys/fs/cgroup/memory"
#define V2 "/sys/fs/cgroup"

static const char *const folders[] = { "/opt", "/var", "/tmp", NULL };

static Machine look(const Scratch *scratch)
{
        Machine machine;

        machine_look(&scratch->host, folders, "mdatp", &machine);
        return machine;
}

/* --- memory and processors -------------------------------------------------------------------------- */

static void memory_and_processors_are_counted(void **state)
{
        Machine m;

        scratch_write(*state, "/proc/meminfo",
                      "MemTotal:        1014252 kB\nMemFree:          100 kB\nMemAvailable:     612000 kB\n");
        scratch_write(*state, "/sys/devices/system/cpu/online", "0-3,6\n");
        scratch_write(*state, "/proc/vmstat", "nr_free_pages 1\noom_kill_x 9\noom_kill 3\n");
        m = look(*state);
        assert_int_equal(m.known, TRI_YES);
        assert_int_equal(m.memory, INT64_C(1014252) * 1024);
        assert_int_equal(m.memory_available, INT64_C(612000) * 1024);
        assert_int_equal(m.cpus, 5);
        assert_int_equal(m.oom_kills, 3);
}

static void what_is_not_told_is_unknown(void **state)
{
        Machine m;

        scratch_write(*state, "/proc/meminfo", "MemTotal: lots\nMemAvailable: 99999999999999999999 kB\n");
        scratch_write(*state, "/sys/devices/system/cpu/online", "3-1\n");
        m = look(*state);
        assert_int_equal(m.memory, -1);
        assert_int_equal(m.memory_available, -1);
        assert_int_equal(m.memory_limit, -1);
        assert_int_equal(m.cpus, 0);
        assert_int_equal(m.cpu_percent, 0);
        assert_int_equal(m.oom_kills, -1);
        assert_int_equal(m.selinux_enforcing, TRI_UNKNOWN);
        assert_int_equal(m.fapolicyd, TRI_UNKNOWN);
        assert_int_equal(m.user_exists, TRI_UNKNOWN);
        assert_int_equal(m.mounts[0].read_only, TRI_UNKNOWN);
        assert_int_equal(m.mounts[0].free_bytes, -1);
}

/* --- control groups ---------------------------------------------------------------------------------- */

static void v1(const Scratch *scratch, const char *root, const char *own)
{
        _cleanup_free_ char *mounts = text_format(ROOT "2 1 0:9 %s " V1 " ro - cgroup cgroup rw,memory\n"
                                                       "3 1 0:8 %s /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup "
                                                       "rw,cpu,cpuacct\n",
                                                  root, root),
                            *groups = text_format("5:cpu,cpuacct:%s\n4:memory:%s\n1:name=systemd:%s\n0::%s\n", own, own,
                                                  own, own);

        scratch_write(scratch, "/proc/self/mountinfo", mounts);
        scratch_write(scratch, "/proc/self/cgroup", groups);
}

static void limits_of_v1_hold_for_all_below(void **state)
{
        v1(*state, "/", "/mdelinux.slice/worker.service");
        scratch_write(*state, V1 "/memory.limit_in_bytes", "9223372036854771712\n");
        scratch_write(*state, V1 "/system.slice/memory.limit_in_bytes", "9223372036854771712\n");
        assert_int_equal(look(*state).memory_limit, 0);
        scratch_write(*state, V1 "/memory.limit_in_bytes", "536870912\n");
        assert_int_equal(look(*state).memory_limit, 512 * MIB);
        scratch_write(*state, V1 "/system.slice/memory.limit_in_bytes", "268435456\n");
        assert_int_equal(look(*state).memory_limit, 256 * MIB);
        /* ours is not the sensor's */
        scratch_write(*state, V1 "/mdelinux.slice/memory.limit_in_bytes", "1048576\n");
        assert_int_equal(look(*state).memory_limit, 256 * MIB);
}

static void a_container_sees_a_part_of_v1(void **state)
{
        v1(*state, "/lxc/one", "/lxc/one/system.slice/walinuxagent.service");
        scratch_write(*state, V1 "/memory.limit_in_bytes", "536870912\n");
        assert_int_equal(look(*state).memory_limit, 512 * MIB);
        /* a mount of another part, and one from before the namespace */
        v1(*state, "/elsewhere", "/lxc/one");
        assert_int_equal(look(*state).memory_limit, 512 * MIB);
        v1(*state, "/../..", "/");
        assert_int_equal(look(*state).memory_limit, 512 * MIB);
}

static void the_quota_of_v1_is_ours(void **state)
{
        v1(*state, "/", "/system.slice/extd.service");
        assert_int_equal(look(*state).cpu_percent, 0);
        scratch_write(*state, "/sys/fs/cgroup/cpu,cpuacct/system.slice/extd.service/cpu.cfs_quota_us", "5000\n");
        scratch_write(*state, "/sys/fs/cgroup/cpu,cpuacct/system.slice/extd.service/cpu.cfs_period_us", "100000\n");
        scratch_write(*state, "/sys/fs/cgroup/cpu,cpuacct/system.slice/cpu.cfs_quota_us", "-1\n");
        scratch_write(*state, "/sys/fs/cgroup/cpu,cpuacct/system.slice/cpu.cfs_period_us", "100000\n");
        assert_int_equal(look(*state).cpu_percent, 5);
}

static void v2(const Scratch *scratch)
{
        scratch_write(scratch, "/proc/self/mountinfo", ROOT "2 1 0:9 / " V2 " rw - cgroup2 cgroup2 rw,nsdelegate\n");
        scratch_write(scratch, "/proc/self/cgroup", "0::/system.slice/extd.service\n");
}

static void limits_of_v2_hold_for_all_below(void **state)
{
        v2(*state);
        assert_int_equal(look(*state).memory_limit, -1); /* no controller */
        scratch_write(*state, V2 "/system.slice/memory.max", "max\n");
        assert_int_equal(look(*state).memory_limit, 0);
        scratch_write(*state, V2 "/system.slice/memory.max", "536870912\n");
        assert_int_equal(look(*state).memory_limit, 512 * MIB);
        scratch_write(*state, V2 "/memory.max", "268435456\n"); /* in a container */
        assert_int_equal(look(*state).memory_limit, 256 * MIB);
        scratch_write(*state, V2 "/memory.max", "garbage\n");
        assert_int_equal(look(*state).memory_limit, 512 * MIB);
}

static void the_quota_of_v2_is_ours(void **state)
{
        v2(*state);
        scratch_write(*state, V2 "/system.slice/cpu.max", "150000 100000\n");
        scratch_write(*state, V2 "/system.slice/extd.service/cpu.max", "max 100000\n");
        assert_int_equal(look(*state).cpu_percent, 150);
        scratch_write(*state, V2 "/system.slice/extd.service/cpu.max", "5000 100000\n");
        assert_int_equal(look(*state).cpu_percent, 5);
        scratch_write(*state, V2 "/system.slice/extd.service/cpu.max", "5000 0\n");
        assert_int_equal(look(*state).cpu_percent, 150);
}

/* Hybrid: controllers in v1, processes in v2. */
static void a_controller_is_looked_for_where_it_is(void **state)
{
        scratch_write(*state, "/proc/self/mountinfo",
                      ROOT "2 1 0:9 / " V1 " rw - cgroup cgroup rw,memory\n"
                           "3 1 0:8 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
        scratch_write(*state, "/proc/self/cgroup", "4:memory:/system.slice/x.service\n0::/system.slice/x.service\n");
        scratch_write(*state, V1 "/system.slice/memory.limit_in_bytes", "536870912\n");
        scratch_write(*state, "/sys/fs/cgroup/unified/system.slice/x.service/cpu.max", "20000 100000\n");
        assert_int_equal(look(*state).memory_limit, 512 * MIB);
        assert_int_equal(look(*state).cpu_percent, 20);
}

/* --- file systems ------------------------------------------------------------------------------------ */

static void mounts_are_judged_by_their_options(void **state)
{
        const MachineMount *mount;
        Machine m;

        scratch_folder(*state, "/opt");
        scratch_folder(*state, "/var");
        scratch_write(*state, "/proc/self/mountinfo",
                      ROOT "2 1 8:2 / /opt rw,nosuid,noexec - xfs /dev/sdb rw\n"
                           "3 1 0:7 / /var rw,relatime - overlay overlay ro,lowerdir=/a\\040b\n");
        m = look(*state);
        assert_int_equal(m.n_mounts, 3);
        mount = machine_mount(&m, "/opt");
        assert_string_equal(mount->point, "/opt");
        assert_string_equal(mount->type, "xfs");
        assert_int_equal(mount->noexec, TRI_YES);
        assert_int_equal(mount->read_only, TRI_NO);
        assert_int_equal(machine_mount(&m, "/var")->read_only, TRI_YES);
        assert_string_equal(machine_mount(&m, "/tmp")->point, "/"); /* not there: the nearest above */
        assert_null(machine_mount(&m, "/home"));
        machine_look_at_folder(&((Scratch *)*state)->host, "/opt/data/not/there", &m);
        assert_string_equal(machine_mount(&m, "/opt/data/not/there")->point, "/opt");
}

static void a_link_is_told_with_its_target(void **state)
{
        Scratch *scratch = *state;
        _cleanup_free_ char *link = text_format("%s/opt", scratch->root);
        Machine m;

        assert_int_equal(symlink("/data/a\nb", link), 0);
        m = look(*state);
        assert_int_equal(m.mounts[0].link, TRI_YES);
        assert_string_equal(m.mounts[0].link_target, "/data/a\\x0ab");
        assert_int_equal(m.mounts[1].link, TRI_NO);
}

static void the_running_machine_has_space(void **state)
{
        Host host;
        Machine m;

        host_init(&host);
        machine_look(&host, folders, "root", &m);
        assert_true(m.memory > 0 && m.memory_available > 0 && m.cpus > 0);
        assert_true(machine_mount(&m, "/var")->free_bytes >= 0);
        assert_int_equal(machine_mount(&m, "/var")->read_only, TRI_NO);
        assert_int_not_equal(m.fips, TRI_NOT_ASKED);
        assert_int_equal(m.user_exists, TRI_YES);
}

/* --- security ---------------------------------------------------------------------------------------- */

static void flags_of_the_kernel_are_read(void **state)
{
        scratch_write(*state, "/sys/fs/selinux/enforce", "1");
        scratch_write(*state, "/proc/sys/crypto/fips_enabled", "0\n");
        assert_int_equal(look(*state).selinux_enforcing, TRI_YES);
        assert_int_equal(look(*state).fips, TRI_NO);
}

static void locked_audit_rules_are_found(void **state)
{
        assert_int_equal(look(*state).audit_immutable, TRI_NO);
        scratch_write(*state, "/etc/audit/rules.d/10.rules", "# -e 2\n-e 1\n-w /etc/passwd -p wa -k -e2\n");
        assert_int_equal(look(*state).audit_immutable, TRI_NO);
        scratch_write(*state, "/etc/audit/rules.d/99.rules.old", "-e 2\n");
        assert_int_equal(look(*state).audit_immutable, TRI_NO);
        scratch_write(*state, "/etc/audit/rules.d/99.rules", "-e 1\n  -e  2 \n");
        assert_int_equal(look(*state).audit_immutable, TRI_YES);
}

/* --- users ------------------------------------------------------------------------------------------- */

static void a_user_is_found_by_its_whole_name(void **state)
{
        scratch_write(*state, "/etc/passwd", "root:x:0:0::/:/bin/sh\nmdatp2:x:1:1::/:/bin/sh\nxmdatp:x:2:2::/:/\n");
        assert_int_equal(look(*state).user_exists, TRI_NO);
        assert_int_equal(look(*state).user_creatable, TRI_YES);
        scratch_write(*state, "/etc/passwd", "root:x:0:0::/:/bin/sh\nmdatp:x:1:1::/:/bin/sh");
        assert_int_equal(look(*state).user_exists, TRI_YES);
}

static void a_file_mounted_over_cannot_be_replaced(void **state)
{
        Machine m;

        scratch_write(*state, "/etc/passwd", "root:x:0:0::/:/bin/sh\n");
        scratch_write(*state, "/proc/self/mountinfo", ROOT "2 1 8:1 /etc/passwd /etc/passwd ro - ext4 /dev/sda1 rw\n");
        m = look(*state);
        assert_int_equal(m.user_creatable, TRI_NO);
        assert_string_equal(m.user_trouble, "/etc/passwd is a mount of its own (read-only) and cannot be replaced");
        scratch_write(*state, "/proc/self/mountinfo", ROOT "2 1 8:1 / /etc ro - ext4 /dev/sda1 rw\n");
        assert_string_equal(look(*state).user_trouble, "/etc is mounted read-only");
}

static void a_lock_that_is_held_is_told_and_proves_nothing(void **state)
{
        Scratch *scratch = *state;
        _cleanup_free_ char *path = text_format("%s/etc/.pwd.lock", scratch->root);
        struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
        Machine m;
        int fd, r;

        scratch_write(*state, "/etc/passwd", "root:x:0:0::/:/bin/sh\n");
        scratch_write(*state, "/etc/.pwd.lock", "");
        fd = open(path, O_RDWR | O_CLOEXEC);
        r = fcntl(fd, F_OFD_SETLK, &range); /* as somebody else's: a process does not see its own */
        assert_int_equal(r, 0);
        m = look(*state);
        close(fd);
        assert_int_equal(m.user_creatable, TRI_UNKNOWN);
        assert_non_null(strstr(m.user_trouble, "/etc/.pwd.lock"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_open, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(memory_and_processors_are_counted),
                TEST(what_is_not_told_is_unknown),
                TEST(limits_of_v1_hold_for_all_below),
                TEST(a_container_sees_a_part_of_v1),
                TEST(the_quota_of_v1_is_ours),
                TEST(limits_of_v2_hold_for_all_below),
                TEST(the_quota_of_v2_is_ours),
                TEST(a_controller_is_looked_for_where_it_is),
                TEST(mounts_are_judged_by_their_options),
                TEST(a_link_is_told_with_its_target),
                TEST(the_running_machine_has_space),
                TEST(flags_of_the_kernel_are_read),
                TEST(locked_audit_rules_are_found),
                TEST(a_user_is_found_by_its_whole_name),
                TEST(a_file_mounted_over_cannot_be_replaced),
                TEST(a_lock_that_is_held_is_told_and_proves_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
