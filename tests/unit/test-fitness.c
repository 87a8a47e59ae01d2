#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/machine/fitness.h"
#include "agent/machine/fitness_kernel.h"
#include "agent/machine/fitness_mounts.h"
#include "agent/judge.h"
#include "platform/base/text.h"
#include "tests/unit/put.h"

#define MIB (INT64_C(1024) * 1024)
#define GIB (1024 * MIB)

static const DistroSupport support = { "debian", "12", "debian/12", MANAGER_APT, "microsoft.asc", true };
static const OnboardingPackage package = { .kind = ONBOARDING_ONBOARD, .streamlined = true };

static void add_mount(Facts *f, const char *folder, int64_t free_bytes)
{
        MachineMount *mount = &f->machine.fitness.mounts[f->machine.fitness.n_mounts++];

        *mount = (MachineMount){ .free_bytes = free_bytes, .free_inodes = 100000, .noexec = TRI_NO };
        mount->read_only = mount->link = TRI_NO;
        snprintf(mount->folder, sizeof(mount->folder), "%s", folder);
        put(mount->point, "/");
        put(mount->type, "ext4");
}

/* Debian 12 with 1 GB and 4 GB of disk, as a cloud sells it. */
static Facts small(void)
{
        static const char *const folders[] = { "/opt",     "/var", "/var/cache", "/var/lib",
                                               "/var/log", "/etc", "/usr",       "/tmp" };
        Facts f = { .look = LOOK_SECOND, .package = { .manager_id = MANAGER_APT, .state = PACKAGE_ABSENT } };
        Machine *m = &f.machine.fitness;
        size_t i;

        put(f.machine.distro.id, "debian");
        put(f.machine.distro.version, "12");
        put(f.machine.distro.kernel, "6.1.0-18-cloud-amd64");
        f.fanotify = (FanotifyFacts){ .known = TRI_YES, .supported = TRI_YES, .permission_events = TRI_YES };
        *m = (Machine){ .known = TRI_YES,
                        .memory = 870 * MIB, /* what is left of 1 GB with room for a crash dump */
                        .memory_available = 600 * MIB,
                        .memory_limit = 0,
                        .cpus = 2,
                        .selinux_enforcing = TRI_NO,
                        .fips = TRI_NO,
                        .fapolicyd = TRI_NO,
                        .audit_immutable = TRI_NO,
                        .user_exists = TRI_NO,
                        .user_creatable = TRI_YES };
        for (i = 0; i < ELEMENTSOF(folders); i++)
                add_mount(&f, folders[i], 4 * GIB);
        return f;
}

static Facts roomy(void)
{
        Facts f = small();

        f.machine.fitness.memory = 4 * GIB;
        f.machine.fitness.memory_available = 3 * GIB;
        return f;
}

static MachineMount *mount_of(Facts *f, const char *folder)
{
        return (MachineMount *)machine_mount(&f->machine.fitness, folder);
}

/* "REASON: found" and a line "NAME=LEVEL: text" a note */
static char *judged(const Request *q, const Facts *f)
{
        _cleanup_(text_clear) Text text = { 0 };
        Plan plan = { 0 };
        size_t i;

        judge_fitness(q, f, &plan);
        if (plan.refusal.reason)
                text_append(&text, "%s: %s\n", reason_get(plan.refusal.reason)->id, plan.refusal.found);
        for (i = 0; i < plan.n_notes; i++)
                text_append(&text, "%s=%s: %s\n", plan.notes[i].name,
                            plan.notes[i].level == PLAN_WARNING ? "warning" : "information", plan.notes[i].text);
        return text_take(&text);
}

#define assert_judged(q, f, expected)                                                                                  \
        do {                                                                                                           \
                _cleanup_free_ char *_said = judged(&(q), &(f));                                                       \
                if (!text_starts_with(_said, expected) || (!*(expected) && *_said))                                    \
                        fail_msg("said: %s; expected: %s", _said, expected);                                           \
        } while (0)

static void a_roomy_machine_is_fit(void **state)
{
        Request q = { 0 };
        Facts f = roomy();

        assert_judged(q, f, "");
        f = (Facts){ .look = LOOK_FIRST };
        f.sensor.files = TRI_NO;
        assert_judged(q, f, "");
}

static void nothing_is_concluded_from_what_is_not_known(void **state)
{
        Request q = { .version = "101.24082.0004", .install_path = "/data" };
        Facts f = { .look = LOOK_SECOND, .package = { .manager_id = MANAGER_APT, .state = PACKAGE_ABSENT } };
        Machine *m = &f.machine.fitness;
        size_t i;

        *m = (Machine){ .known = TRI_YES, .memory = -1, .memory_available = -1, .memory_limit = -1 };
        for (i = 0; i < 8; i++) {
                add_mount(&f, i ? "/var" : "/data", -1);
                m->mounts[i].free_inodes = -1;
                m->mounts[i].noexec = m->mounts[i].read_only = m->mounts[i].link = TRI_UNKNOWN;
        }
        m->selinux_enforcing = m->fips = m->fapolicyd = m->audit_immutable = TRI_UNKNOWN;
        m->user_exists = m->user_creatable = TRI_UNKNOWN;
        f.fanotify.supported = f.fanotify.permission_events = TRI_UNKNOWN;
        assert_judged(q, f, "");
}

static void a_machine_of_1_gb_passes_with_a_warning(void **state)
{
        Request q = { 0 };
        Facts f = small();

        assert_judged(q, f, "fitness-memory=warning: Found: 870 MiB of memory; recommended");
        f.machine.fitness.memory = 760 * MIB;
        assert_judged(q, f, "memory-low: Found: 760 MiB of memory; needed: 1024 MiB.");
        f = roomy();
        f.machine.fitness.memory_available = 200 * MIB;
        assert_judged(q, f, "fitness-memory=warning: Found: 200 MiB of memory available, of 4096 MiB; 300 MiB");
}

static void a_limit_of_the_control_group_counts_as_memory(void **state)
{
        Request q = { 0 };
        Facts f = roomy();

        f.machine.fitness.memory_limit = 512 * MIB;
        assert_judged(q, f,
                      "memory-low: Found: 512 MiB of memory (the limit of the control group its services run in; "
                      "the machine itself has 4096 MiB); needed: 1024 MiB.");
        f.machine.fitness.memory_limit = 8 * GIB;
        assert_judged(q, f, "");
}

static const DistroSupport *row_of(const char *id, const char *version)
{
        Distro distro = { 0 };

        snprintf(distro.id, sizeof(distro.id), "%s", id);
        snprintf(distro.version, sizeof(distro.version), "%s", version);
        return distro_support(&distro);
}

static void take_distro(Facts *f, const char *id, const char *version, const char *kernel)
{
        snprintf(f->machine.distro.kernel, sizeof(f->machine.distro.kernel), "%s", kernel);
        f->machine.support = row_of(id, version);
}

static void an_old_kernel_is_refused(void **state)
{
        Request q = { 0 };
        Facts f = roomy();

        put(f.machine.distro.kernel, "3.10.0-229.el7.x86_64");
        assert_judged(q, f, "kernel-unsupported: Found: kernel 3.10.0-229.el7.x86_64; needed: 3.10.0-327 or newer.");
        put(f.machine.distro.kernel, "3.10.0-327.el7.x86_64");
        assert_judged(q, f, "fitness-ebpf=information: Found: kernel 3.10.0-327.el7.x86_64;");
        take_distro(&f, "rhel", "7.9", "3.10.0-1160.el7.x86_64");
        assert_judged(q, f, "");
        take_distro(&f, "rhel", "7.9", "4.4.250-1.el7.elrepo.x86_64");
        assert_judged(q, f,
                      "fitness-ebpf=information: Found: kernel 4.4.250-1.el7.elrepo.x86_64; the sensor's eBPF programs "
                      "need 4.15");
        take_distro(&f, "ol", "7.9", "3.10.0-1160.2.el7.x86_64");
        assert_judged(q, f, "");
        take_distro(&f, "ol", "7.9", "4.14.35-2047.el7uek.x86_64");
        assert_judged(q, f,
                      "fitness-ebpf=information: Found: kernel 4.14.35-2047.el7uek.x86_64; the sensor's eBPF programs "
                      "need 5.4");
        take_distro(&f, "circle", "8.4", "4.18.0-147.el8.x86_64");
        f.machine.support = NULL;
        f.machine.derived = row_of("rhel", "8");
        assert_judged(q, f, "fitness-kernel=warning: ");
        put(f.machine.distro.kernel, "strange");
        assert_judged(q, f, "");
}

static void a_bad_kernel_is_told_beside_a_sensor_too(void **state)
{
        Request q = { 0 };
        Facts f = roomy();

        take_distro(&f, "rhel", "8.1", "4.18.0-147.8.1.el8_1.x86_64");
        assert_judged(q, f, "fitness-kernel=warning: Found: kernel 4.18.0-147.8.1.el8_1.x86_64, which is known");
        f.package.state = PACKAGE_INSTALLED;
        assert_judged(q, f, "fitness-kernel=warning: ");
        put(f.machine.distro.kernel, "4.18.0-1470.el8_1.x86_64");
        assert_judged(q, f, "");
}

static void a_kernel_without_fanotify_is_refused(void **state)
{
        Request q = { 0 };
        Facts f = roomy();

        f.fanotify.permission_events = TRI_NO;
        assert_judged(q, f, "fanotify-missing: Found: kernel 6.1.0-18-cloud-amd64 with fanotify, but without its");
        f.fanotify.supported = TRI_NO;
        assert_judged(q, f, "fanotify-missing: Found: kernel 6.1.0-18-cloud-amd64 without fanotify;");
}

static void space_is_judged_where_it_is_needed(void **state)
{
        Request q = { 0 };
        Facts f = roomy();
        MachineMount *opt = mount_of(&f, "/opt");

        opt->free_bytes = 50 * MIB;
        put(opt->type, "tmpfs");
        put(opt->point, "/opt");
        assert_judged(q, f, "disk-full: Found: 50 MiB free on /opt (tmpfs mounted on /opt); needed: 2048 MiB.");
        q.install_path = "/data";
        add_mount(&f, "/data", 3 * GIB);
        assert_judged(q, f, "");
        mount_of(&f, "/data")->free_bytes = GIB;
        assert_judged(q, f, "disk-full: Found: 1024 MiB free on /data");
        f.package.state = PACKAGE_BROKEN; /* most of it is there */
        assert_judged(q, f, "");
        f = roomy();
        mount_of(&f, "/var/log")->free_bytes = 0;
        assert_judged(q, f, "disk-full: Found: 0 MiB free on /var/log");
        f = roomy();
        mount_of(&f, "/var")->free_inodes = 12;
        assert_judged(q, f, "disk-full: Found: 12 free inodes on /var (ext4 mounted on /); needed: 2000.");
}

static void mounts_are_judged_by_what_happens_there(void **state)
{
        Request q = { 0 };
        Facts f = roomy();

        mount_of(&f, "/opt")->noexec = TRI_YES;
        assert_judged(q, f, "mount-unusable: Found: /opt (ext4 mounted on /) is mounted noexec;");
        q.install_path = "/data";
        assert_judged(q, f, "");
        q.install_path = NULL;
        f = roomy();
        mount_of(&f, "/usr")->read_only = TRI_YES;
        assert_judged(q, f, "mount-unusable: Found: /usr (ext4 mounted on /) is read-only;");
        f = roomy();
        mount_of(&f, "/opt")->link = TRI_YES;
        put(mount_of(&f, "/opt")->link_target, "/data/opt");
        assert_judged(q, f, "mount-unusable: Found: /opt is a link to /data/opt;");
        f = roomy();
        mount_of(&f, "/var")->noexec = TRI_YES;
        assert_judged(q, f, "");
        q.version = "101.24082.0004";
        assert_judged(q, f, "fitness-noexec=warning: Found: /var is mounted noexec, and version 101.24082.0004");
        f = roomy();
        f.machine.support = &support;
        mount_of(&f, "/var/lib")->noexec = TRI_YES;
        q.version = NULL;
        assert_judged(q, f, "mount-unusable: Found: /var/lib (ext4 mounted on /) is mounted noexec; dpkg runs");
        f = roomy();
        mount_of(&f, "/tmp")->noexec = TRI_YES;
        assert_judged(q, f, "fitness-noexec=information: Found: /tmp is mounted noexec; the package manager gets");
        assert_true(fitness_tmp_is_unusable(&f));
}

static void a_user_that_cannot_be_made_is_refused(void **state)
{
        Request q = { 0 };
        Facts f = roomy();

        f.machine.fitness.user_creatable = TRI_NO;
        put(f.machine.fitness.user_trouble, "/etc/passwd is immutable");
        assert_judged(q, f, "user-database: Found: /etc/passwd is immutable.");
        f.machine.fitness.user_exists = TRI_YES;
        assert_judged(q, f, "");
        f.machine.fitness.user_exists = TRI_NO;
        f.machine.fitness.user_creatable = TRI_UNKNOWN;
        assert_judged(q, f, "fitness-user=warning: Found: /etc/passwd is immutable; if that lasts");
}

static void a_package_manager_that_cannot_fetch_by_https_is_refused(void **state)
{
        Request q = { 0 };
        Facts f = roomy();

        f.package.https = TRI_YES;
        assert_judged(q, f, "");
        f.package.https = TRI_NO;
        assert_judged(q, f,
                      "package-https-missing: Found: no /usr/lib/apt/methods/https; needed: the package "
                      "apt-transport-https, by which apt fetches from https addresses.");
        put(q.mirror_url, "https://mirror.example.test");
        assert_judged(q, f, "package-https-missing: ");
        put(q.mirror_url, "http://mirror.example.test");
        assert_judged(q, f, "");
        *q.mirror_url = '\0';
        q.package_file = "/root/sensor.deb";
        assert_judged(q, f, "");
        q.package_file = NULL;
        q.use_existing_repo = true;
        assert_judged(q, f, "");
}

static void a_pin_too_old_for_a_streamlined_package_is_refused(void **state)
{
        Request q = { .onboarding = &package, .version = "101.24012.0001" };
        Facts f = roomy();

        assert_judged(q, f, "sensor-too-old: Found: version 101.24012.0001 is asked for");
        q.version = "101.24022.0001-insiderfast";
        assert_judged(q, f, "");
        q.version = NULL;
        assert_judged(q, f, "");
}

static void security_features_are_told(void **state)
{
        Request q = { 0 };
        Facts f = roomy();

        f.machine.fitness.fapolicyd = TRI_YES;
        assert_judged(q, f, "fitness-fapolicyd-trust=information: ");
        f = roomy();
        f.machine.fitness.fips = TRI_YES;
        assert_judged(q, f, "fitness-fips=information: ");
        f = roomy();
        f.machine.fitness.audit_immutable = TRI_YES;
        assert_judged(q, f, "fitness-audit-immutable=information: ");
        f = roomy();
        f.machine.fitness.selinux_enforcing = TRI_YES;
        assert_judged(q, f, "fitness-selinux=information: ");
        q.install_path = "/data";
        assert_judged(q, f, "fitness-selinux=warning: Found: SELinux is enforcing. What is below /data wants");
        f = roomy();
        f.machine.fitness.cpu_percent = 5;
        assert_judged(q, f, "fitness-cpu-quota=warning: ");
        f.machine.fitness.cpu_percent = 0;
        f.machine.fitness.cpus = 1;
        assert_judged(q, f, "fitness-cpus=information: ");
}

static void what_skipChecks_names_is_gone_on_with_and_told(void **state)
{
        Request q = { .skip_checks = { { "memory", "cpus" }, 2 } };
        Facts f = roomy();

        f.machine.fitness.cpus = 1;
        f.machine.fitness.memory = 512 * MIB;
        assert_judged(q, f, "fitness-memory=warning: Gone on as skipChecks asks. Found: 512 MiB of memory;");
        f.machine.fitness.memory = GIB;
        assert_judged(q, f, "");
        q.skip_checks.items[1] = "disks\n";
        assert_judged(q, f,
                      "skipChecks=warning: \"disks\\x0a\" in skipChecks is the name of no check. There are: "
                      "kernel, ebpf, fanotify, memory, cpus, cpu-quota, links, read-only, noexec, disk, inodes, "
                      "user, selinux, fips, fapolicyd-trust, audit-immutable, https, streamlined.");
}

static void of_several_refusals_all_are_told(void **state)
{
        Request q = { 0 };
        Facts f = roomy();

        f.machine.fitness.memory = 512 * MIB;
        mount_of(&f, "/opt")->noexec = TRI_YES;
        assert_judged(q, f, "memory-low: Found: 512 MiB of memory; needed: 1024 MiB.\nfitness-noexec=warning: ");
}

static void an_installed_sensor_is_not_refused(void **state)
{
        Request q = { 0 };
        Facts f = small();

        f.package.state = PACKAGE_INSTALLED;
        f.machine.fitness.memory = 100 * MIB;
        mount_of(&f, "/opt")->free_bytes = 0;
        mount_of(&f, "/opt")->noexec = TRI_YES;
        assert_judged(q, f, "");
}

static void kernels_are_compared_number_by_number(void **state)
{
        static const struct {
                const char *a, *b;
                int sign;
        } rows[] = {
                { "4.15", "4.15.0-20-generic", -1 },
                { "4.15.0", "4.15", 0 },
                { "4.9.0", "4.15", -1 },
                { "5.4.261-174.360.amzn2", "5.4.261-174.360", 0 },
                { "5.3.18-18.46", "5.3.18-18.47-default", -1 },
                { "", "1", -1 },
                { "", "x", 0 },
                { "99999999999999999999999", "1", 1 },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                assert_int_equal(fitness_kernel_compare(rows[i].a, rows[i].b), rows[i].sign);
                assert_int_equal(fitness_kernel_compare(rows[i].b, rows[i].a), -rows[i].sign);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_roomy_machine_is_fit),
                cmocka_unit_test(nothing_is_concluded_from_what_is_not_known),
                cmocka_unit_test(a_machine_of_1_gb_passes_with_a_warning),
                cmocka_unit_test(a_limit_of_the_control_group_counts_as_memory),
                cmocka_unit_test(an_old_kernel_is_refused),
                cmocka_unit_test(a_bad_kernel_is_told_beside_a_sensor_too),
                cmocka_unit_test(a_kernel_without_fanotify_is_refused),
                cmocka_unit_test(space_is_judged_where_it_is_needed),
                cmocka_unit_test(mounts_are_judged_by_what_happens_there),
                cmocka_unit_test(a_user_that_cannot_be_made_is_refused),
                cmocka_unit_test(a_package_manager_that_cannot_fetch_by_https_is_refused),
                cmocka_unit_test(a_pin_too_old_for_a_streamlined_package_is_refused),
                cmocka_unit_test(security_features_are_told),
                cmocka_unit_test(what_skipChecks_names_is_gone_on_with_and_told),
                cmocka_unit_test(of_several_refusals_all_are_told),
                cmocka_unit_test(an_installed_sensor_is_not_refused),
                cmocka_unit_test(kernels_are_compared_number_by_number),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
