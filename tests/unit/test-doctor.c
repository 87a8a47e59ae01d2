/* Links like test-plan: the causes alone, nothing that could do I/O. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/commands/command.h"
#include "agent/doctor/cause_words.h"
#include "agent/doctor/diagnose.h"
#include "platform/base/text.h"
#include "tests/unit/put.h"

#define ORG "6c2f1d0a-8b47-4e19-a3d5-57ad1e0b9c01"
#define OTHER_ORG "7d3f1d0a-8b47-4e19-a3d5-57ad1e0b9c02"
#define RESOURCE "/subscriptions/1/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/m"
#define NOW 1800000000
#define DAY 86400

static const DistroSupport support = { "debian", "12", "debian/12", MANAGER_APT, "microsoft.asc", true };

static void add_host(Signs *s, const char *host, const char *what, bool needed)
{
        ReachSign *sign = &s->network.reach[s->network.n++];

        snprintf(sign->host, sizeof(sign->host), "%s", host);
        snprintf(sign->what, sizeof(sign->what), "%s", what);
        sign->needed = needed;
        sign->reached = TRI_YES;
}

static void make_network(Signs *s)
{
        s->network.asked = s->network.has_clock = TRI_YES;
        s->network.endpoints_known = true;
        add_host(s, "packages.test", "packages", true);
        add_host(s, "edr.test", "commands", true);
        add_host(s, "go.test", "updates", false);
}

static void make_machine(Facts *f)
{
        *f = (Facts){ .look = LOOK_SECOND, .now_s = NOW };
        f->machine.systemd = f->machine.distro_known = TRI_YES;
        f->machine.support = &support;
        put(f->machine.distro.name, "Debian 12");
        put(f->machine.distro.architecture, "x86_64");
        f->machine.fitness = (Machine){ .known = TRI_YES,
                                        .memory = INT64_C(8) << 30,
                                        .memory_available = INT64_C(8) << 30,
                                        .cpus = 2,
                                        .user_exists = TRI_YES,
                                        .oom_kills = -1 };
        f->fanotify.known = TRI_YES;
        f->package.manager = TRI_YES;
        f->package.manager_id = MANAGER_APT;
        f->package.broken = TRI_NO;
        f->package.state = PACKAGE_ABSENT;
        f->hold.held = TRI_NO;
        f->sensor.files = TRI_NO;
}

static void make_sensor(Facts *f)
{
        f->package.registered = TRI_YES;
        f->package.state = PACKAGE_INSTALLED;
        put(f->package.version, "101.24092.0002");
        f->sensor.files = f->sensor.loaded = f->sensor.enabled = f->sensor.active = f->sensor.onboarded = TRI_YES;
        f->sensor.masked = f->sensor.offboarding_file = TRI_NO;
        put(f->sensor.unit.active, "active");
        put(f->sensor.onboarded_org, ORG);
        f->sensor.health = (SensorHealth){ .answering = TRI_YES,
                                           .healthy = TRI_YES,
                                           .licensed = TRI_YES,
                                           .tags_known = TRI_YES,
                                           .org_id = ORG,
                                           .machine_id = "0123abcd",
                                           .definitions = "upToDate",
                                           .version = "101.24092.0002",
                                           .ring = "Production",
                                           .expires_s = NOW + 200 * DAY };
}

static void make_guest(GuestSigns *g)
{
        *g = (GuestSigns){ .vm = true, .seen = TRI_YES, .installed = TRI_YES, .running = TRI_YES };
        g->extensions_on = g->allowed = g->wanted = TRI_YES;
        put(g->unit, "walinuxagent.service");
        put(g->unit_state, "active");
        put(g->log, "/var/log/waagent.log");
}

/* A VM where nothing has been done yet, and nothing speaks against it. */
static Signs *fresh(void)
{
        Signs *s = text_allocate(sizeof(Signs));

        s->root = s->live = true;
        make_machine(&s->facts);
        make_guest(&s->guest);
        make_network(s);
        s->cloud = (AzureSecurity){ .asked = TRI_YES,
                                    .integration = TRI_YES,
                                    .linux_out = TRI_NO,
                                    .plan = TRI_YES,
                                    .sub_plan = "P2",
                                    .extension = TRI_YES,
                                    .extension_state = "Succeeded" };
        s->locks.held = s->sources.weak = TRI_NO;
        s->extension = (ExtensionSigns){ .there = TRI_NO, .sequence = -1, .told = TRI_NO };
        s->extension.working = s->extension.died = s->extension.waiting = s->extension.fulfilled = TRI_NO;
        return s;
}

/* The extension has come, and ended with this. */
static Signs *tried(const char *status)
{
        Signs *s = fresh();

        s->extension.there = s->extension.told = TRI_YES;
        s->extension.sequence = 3;
        put(s->extension.folder, "/var/lib/waagent/NAME-1.0.0.1");
        put(s->extension.version, "1.0.0.1");
        put(s->extension.state, "Enabled");
        put(s->extension.status, status);
        return s;
}

static Signs *healthy(void)
{
        Signs *s = tried("success");

        make_sensor(&s->facts);
        s->extension.fulfilled = s->facts.fulfilled = TRI_YES;
        put(s->extension.tenant, ORG);
        return s;
}

/* A sensor that is installed and not licensed. */
static Signs *unlicensed(void)
{
        Signs *s = tried("error");

        make_sensor(&s->facts);
        s->facts.sensor.health.licensed = s->facts.sensor.health.healthy = TRI_NO;
        *s->facts.sensor.health.org_id = *s->facts.sensor.health.machine_id = '\0';
        return s;
}

/* ---- one cause after the other ---------------------------------------------------------------------------------- */

typedef Signs *Stage(void);

#define STAGE(name, base)                                                                                              \
        static void spoil_##name(Signs *s);                                                                            \
        static Signs *name(void)                                                                                       \
        {                                                                                                              \
                Signs *s = base;                                                                                       \
                                                                                                                       \
                spoil_##name(s);                                                                                       \
                return s;                                                                                              \
        }                                                                                                              \
        static void spoil_##name(Signs *s)

STAGE(working, tried("transitioning"))
{
        s->extension.working = TRI_YES;
}
STAGE(without_systemd, fresh())
{
        s->facts.machine.systemd = TRI_NO;
}
STAGE(unsupported, fresh())
{
        s->facts.machine.support = NULL;
        put(s->facts.machine.distro.id, "gentoo");
}
STAGE(derived, tried("error"))
{
        s->facts.machine.derived = s->facts.machine.support;
        s->facts.machine.support = NULL;
}
STAGE(removed, tried("success"))
{
        s->extension.fulfilled = s->facts.fulfilled = TRI_YES;
}
STAGE(offboarded_on_purpose, healthy())
{
        s->facts.sensor.health.licensed = TRI_NO;
        s->facts.sensor.offboarding_file = TRI_YES;
}
STAGE(held, tried("error"))
{
        s->facts.hold.held = TRI_YES;
        put(s->facts.hold.reason, "ask Kim");
}
STAGE(extensions_off, fresh())
{
        s->guest.extensions_on = TRI_NO;
}
STAGE(denied, fresh())
{
        s->guest.allowed = TRI_NO;
        put(s->guest.policy, "the policy lists others");
}
STAGE(without_guest, fresh())
{
        s->guest.installed = s->guest.running = TRI_NO;
}
STAGE(guest_stopped, fresh())
{
        s->guest.running = TRI_NO;
}
STAGE(guest_down, healthy())
{
        s->guest.running = TRI_NO;
}
STAGE(not_assigned, fresh())
{
        s->guest.wanted = TRI_NO;
}
STAGE(not_delivered, fresh())
{
        put(s->guest.trouble, "the download failed");
}
STAGE(not_delivered_by_arc, fresh())
{
        s->guest.vm = false;
        s->guest.arc = true;
        put(s->guest.unit, "extd.service");
        put(s->guest.log, "/var/lib/GuestConfig/ext_mgr_logs/gc_ext.log");
        put(s->guest.trouble, "the download failed");
}
STAGE(never_came, fresh())
{
        s->guest.wanted = TRI_UNKNOWN;
}
STAGE(not_installed, tried(""))
{
        put(s->extension.state, "NotInstalled");
        s->extension.told = TRI_NO;
}
STAGE(disabled, tried("success"))
{
        put(s->extension.state, "Installed");
}
STAGE(died, tried("transitioning"))
{
        s->extension.died = TRI_YES;
}
STAGE(unreadable, healthy())
{
        failure_set(&s->unreadable, REASON_SETTINGS_INVALID, "\"passiveMode\" is \"maybe\"");
}
STAGE(in_conflict, tried("error"))
{
        FanotifyHolder *holder = &s->facts.fanotify.holders[s->facts.fanotify.n_holders++];

        holder->pid = 812;
        holder->class = FANOTIFY_CONTENT;
        holder->permission_bits = 0x10000;
        put(holder->comm, "savd");
}
STAGE(small, tried("error"))
{
        s->facts.machine.fitness.memory = INT64_C(256) << 20;
}
STAGE(behind, tried("error"))
{
        s->network.clock_skew_s = -90000;
}
STAGE(not_valid_yet, tried("error"))
{
        s->network.reach[1].reached = TRI_NO;
        s->network.reach[1].starts_in_s = 90000;
}
STAGE(broken, tried("error"))
{
        s->facts.package.broken = TRI_YES;
}
STAGE(locked, tried("error"))
{
        s->locks.held = TRI_YES;
        put(s->locks.holder, "apt-get (pid 812) holds /var/lib/dpkg/lock");
}
STAGE(unverified, tried("error"))
{
        s->sources.weak = TRI_YES;
        put(s->sources.found, "the entry says trusted=yes");
        s->sources.reason = REASON_REPOSITORY_UNVERIFIED;
}
STAGE(misconfigured, tried("error"))
{
        s->sources.weak = TRI_YES;
        put(s->sources.found, "the entry says trusted=yes");
        s->sources.reason = REASON_PACKAGE_SOURCES;
}
STAGE(masked, unlicensed())
{
        s->facts.sensor.masked = TRI_YES;
        s->facts.sensor.active = TRI_NO;
        s->facts.sensor.health = (SensorHealth){ .answering = TRI_NO };
}
STAGE(unowned, unlicensed())
{
        s->facts.package.state = PACKAGE_ABSENT;
        s->facts.sensor.active = TRI_NO;
        put(s->facts.sensor.unit.active, "inactive");
        s->facts.sensor.health = (SensorHealth){ .answering = TRI_NO };
}
STAGE(failing, healthy())
{
        s->facts.sensor.active = TRI_NO;
        put(s->facts.sensor.unit.active, "failed");
        s->facts.sensor.health = (SensorHealth){ .answering = TRI_NO };
}
STAGE(stopped, healthy())
{
        s->facts.sensor.active = TRI_NO;
        put(s->facts.sensor.unit.active, "inactive");
        s->facts.sensor.health = (SensorHealth){ .answering = TRI_NO };
}
STAGE(silent, healthy())
{
        s->facts.sensor.health = (SensorHealth){ .answering = TRI_NO, .trouble = "no answer within 10 s" };
}
STAGE(expired, unlicensed())
{
        s->facts.sensor.health.expires_s = NOW - DAY;
}
STAGE(elsewhere, healthy())
{
        put(s->facts.sensor.health.org_id, OTHER_ORG);
}
STAGE(offboarding_file, unlicensed())
{
        s->facts.sensor.offboarding_file = TRI_YES;
}
STAGE(without_file, unlicensed())
{
        s->facts.sensor.onboarded = TRI_NO;
}
STAGE(intercepted, unlicensed())
{
        s->network.reach[1].reached = TRI_NO;
        s->network.reach[1].intercepted = true;
}
STAGE(around, unlicensed())
{
        s->network.reach[1].reached = TRI_NO;
        s->network.reach[1].around = true;
}
STAGE(kept_by_proxy, unlicensed())
{
        s->network.reach[1].reached = TRI_NO;
        s->network.reach[1].proxy_failed = true;
}
STAGE(without_packages, tried("error"))
{
        s->network.reach[0].reached = TRI_NO;
}
STAGE(unreached, unlicensed())
{
        s->network.reach[1].reached = TRI_NO;
        put(s->network.reach[1].stage, "DNS");
}
STAGE(without_licence, unlicensed())
{
}
STAGE(isolated, healthy())
{
        put(s->facts.sensor.health.mode, "isolated");
}
STAGE(copied, healthy())
{
        s->facts.azure.known = TRI_YES;
        s->facts.azure.machine.kind = AZURE_VM;
        put(s->facts.azure.machine.resource_id, RESOURCE);
        put(s->facts.azure.machine.vm_id, "b");
        put(s->facts.azure.record.vm_id, "a");
}
STAGE(stale, healthy())
{
        s->facts.azure.known = TRI_YES;
        put(s->facts.azure.machine.resource_id, RESOURCE);
        s->facts.sensor.health.n_tags = 1;
        put(s->facts.sensor.health.tags[0].key, "AzureResourceId");
        put(s->facts.sensor.health.tags[0].value, RESOURCE "2");
}
STAGE(failed, tried("error"))
{
        s->extension.reason = REASON_ONBOARDING_MISSING;
}
STAGE(failed_oddly, tried("error"))
{
        put(s->extension.message, "words of another program");
}
STAGE(failed_then, tried("error"))
{
        s->extension.reason = REASON_CONFLICT;
}
STAGE(useless_source, tried("error"))
{
        s->sources.weak = TRI_YES;
        put(s->sources.found, "FILE holds an HTML page");
}
STAGE(waiting, tried("success"))
{
        s->extension.waiting = TRI_YES;
}
STAGE(outdated, healthy())
{
        put(s->facts.sensor.health.definitions, "failed");
}
STAGE(loading_for_long, healthy())
{
        put(s->facts.sensor.health.definitions, "updating");
        s->extension.ended_s = NOW - 2 * 3600;
}
STAGE(old_definitions, healthy())
{
        s->facts.sensor.health.definitions_age_min = 8 * 24 * 60;
}
STAGE(loading_old_ones, healthy())
{
        put(s->facts.sensor.health.definitions, "updating");
        s->facts.sensor.health.definitions_age_min = 8 * 24 * 60;
}
STAGE(unproven, healthy())
{
        *s->facts.sensor.health.machine_id = '\0';
}
STAGE(unhealthy, healthy())
{
        s->facts.sensor.health.healthy = TRI_NO;
        put(s->facts.sensor.health.issues, "no network");
}
STAGE(nobody_asked, fresh())
{
        s->guest = (GuestSigns){ .seen = TRI_YES };
}
STAGE(without_sensor, tried("success"))
{
}

static const struct {
        const char *id; /* of the first cause */
        Stage *stage;
} stages[] = {
        { "working", working },
        { "systemd-missing", without_systemd },
        { "distribution-unsupported", unsupported },
        { "sensor-removed", removed },
        { "sensor-offboarded", offboarded_on_purpose },
        { "held", held },
        { "extensions-off", extensions_off },
        { "extension-denied", denied },
        { "guest-agent-missing", without_guest },
        { "guest-agent-stopped", guest_stopped },
        { "guest-agent-down", guest_down },
        { "extension-not-assigned", not_assigned },
        { "extension-not-delivered", not_delivered },
        { "arc-not-delivered", not_delivered_by_arc },
        { "extension-never-came", never_came },
        { "extension-not-installed", not_installed },
        { "extension-disabled", disabled },
        { "worker-died", died },
        { "settings-invalid", unreadable },
        { "conflict", in_conflict },
        { "memory-low", small },
        { "clock-wrong", behind },
        { "clock-wrong", not_valid_yet },
        { "package-manager-broken", broken },
        { "package-manager-locked", locked },
        { "repository-unverified", unverified },
        { "package-sources", misconfigured },
        { "service-masked", masked },
        { "sensor-files", unowned },
        { "service-failed", failing },
        { "service-off", stopped },
        { "sensor-not-answering", silent },
        { "sensor-expired", expired },
        { "tenant-other", elsewhere },
        { "offboarding-file", offboarding_file },
        { "not-onboarded", without_file },
        { "tls-interception", intercepted },
        { "proxy-not-the-sensors", around },
        { "proxy", kept_by_proxy },
        { "repository-unreachable", without_packages },
        { "endpoints", unreached },
        { "sensor-not-licensed", without_licence },
        { "isolated", isolated },
        { "cloned", copied },
        { "stale-tag", stale },
        { "onboarding-missing", failed },
        { "extension-failed", failed_oddly },
        { "extension-failed-then", failed_then },
        { "source-unusable", useless_source },
        { "request-waits", waiting },
        { "definitions", outdated },
        { "definitions", loading_for_long },
        { "definitions-old", old_definitions },
        { "definitions-old", loading_old_ones },
        { "unproven", unproven },
        { "unhealthy", unhealthy },
        { "never-onboarded", nobody_asked },
        { "no-sensor", without_sensor },
};

static Diagnosis *of(Signs *signs)
{
        Diagnosis *diagnosis = text_allocate(sizeof(Diagnosis));

        diagnose(signs, diagnosis);
        free(signs);
        return diagnosis;
}

static bool has(const Diagnosis *diagnosis, const char *id)
{
        size_t i;

        for (i = 0; i < diagnosis->n; i++)
                if (text_equal(diagnosis->causes[i].id, id))
                        return true;
        return false;
}

static void each_cause_comes_first_where_it_is_the_only_one(void **state)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(stages); i++) {
                _cleanup_free_ Diagnosis *diagnosis = of(stages[i].stage());

                if (diagnosis->n_faults == 0 || !text_equal(diagnosis->causes[0].id, stages[i].id))
                        fail_msg("%s: first is %s", stages[i].id, diagnosis->n ? diagnosis->causes[0].id : "nothing");
                if (!*diagnosis->causes[0].why)
                        fail_msg("%s: nothing found", stages[i].id);
                assert_true(*diagnosis->causes[0].what && *diagnosis->causes[0].remedy);
                assert_int_equal(diagnosis_exit_code(diagnosis), COMMAND_NOT_AS_ASKED);
        }
}

static void every_cause_has_an_id_of_its_own(void **state)
{
        size_t i, j;

        for (i = 0; i < causes_n; i++)
                for (j = 0; j < i; j++)
                        assert_string_not_equal(causes[i].id, causes[j].id);
}

static bool is_cause(const char *id)
{
        size_t i;

        for (i = 0; i < causes_n; i++)
                if (text_equal(causes[i].id, id))
                        return true;
        return false;
}

/* In --json nothing stands above them. */
static void words_are_those_of_a_cause_and_sorted(void **state)
{
        const CauseWords *words;

        for (words = cause_words; words->id; words++) {
                if (!is_cause(words->id) || !text_ends_with(words->what, ".") || !text_ends_with(words->remedy, ".") ||
                    strstr(words->remedy, " above"))
                        fail_msg("%s: %s %s", words->id, words->what, words->remedy);
                if (words[1].id && strcmp(words->id, words[1].id) >= 0)
                        fail_msg("%s stands before %s", words->id, words[1].id);
        }
}

static void a_healthy_machine_has_nothing_wrong(void **state)
{
        _cleanup_free_ Diagnosis *diagnosis = of(healthy());
        size_t i;

        assert_int_equal(diagnosis->n, 0);
        assert_int_equal(diagnosis_exit_code(diagnosis), COMMAND_DONE);
        for (i = 0; i < _GROUP_MAX; i++) {
                assert_int_equal(diagnosis->groups[i], FINDING_NO);
                assert_true(*diagnosis->fine[i]);
        }
        assert_int_equal(diagnosis->n_unseen, 0);
}

static void who_ran_it_by_hand_is_told_what_to_do_by_hand(void **state)
{
        Signs *once = failed(), *then = failed_then();
        _cleanup_free_ Diagnosis *diagnosis = NULL, *later = NULL;

        once->extension.sequence = then->extension.sequence = -1;
        diagnosis = of(once);
        assert_string_equal(diagnosis->causes[0].id, "onboarding-missing");
        assert_non_null(strstr(diagnosis->causes[0].remedy, "'mde-linux onboard FILE'"));
        later = of(then);
        assert_string_equal(later->causes[0].id, "extension-failed-then");
        assert_null(strstr(later->causes[0].remedy, "deploy"));
}

static void the_guest_agent_s_unit_is_named_where_it_is_known(void **state)
{
        Signs *known = failed_then(), *unknown = failed_then();
        _cleanup_free_ Diagnosis *diagnosis = NULL, *other = NULL;

        *unknown->guest.unit = '\0';
        other = of(unknown);
        assert_non_null(strstr(other->causes[0].remedy, "(systemctl restart walinuxagent, or waagent; on Arc extd)"));
        put(known->guest.unit, "extd.service");
        diagnosis = of(known);
        assert_string_equal(diagnosis->causes[0].remedy,
                            "Have it tried again: restart the guest agent (systemctl restart extd.service), or deploy "
                            "the extension again.");
}

static void while_we_work_nobody_is_said_to_be_in_the_way(void **state)
{
        Signs *signs = working();
        _cleanup_free_ Diagnosis *diagnosis = NULL;

        signs->extension.waiting = signs->locks.held = signs->sources.weak = TRI_YES;
        diagnosis = of(signs);
        assert_string_equal(diagnosis->causes[0].id, "working");
        assert_false(has(diagnosis, "package-manager-locked") || has(diagnosis, "request-waits") ||
                     has(diagnosis, "source-unusable"));
        assert_string_equal(diagnosis->fine[GROUP_PACKAGES], "");
}

static void what_the_settings_allow_is_not_the_cause(void **state)
{
        static Stage *const allowed[] = { small, in_conflict, derived, without_packages };
        const Request asked = { .on_conflict = ON_CONFLICT_IGNORE,
                                .skip_checks = { { "memory" }, 1 },
                                .allow_unsupported_distro = true,
                                .package_file = "/srv/mdatp.deb",
                                .max_wait_minutes = REQUEST_MAX_WAIT_MINUTES };
        size_t i;

        for (i = 0; i < ELEMENTSOF(allowed); i++) {
                Signs *signs = allowed[i]();
                _cleanup_free_ Diagnosis *unasked = NULL, *diagnosis = NULL;

                snprintf(signs->extension.message, sizeof(signs->extension.message), "It ended with another reason.");
                signs->extension.reason = REASON_ONBOARDING_MISSING;
                unasked = text_allocate(sizeof(Diagnosis));
                diagnose(signs, unasked);
                assert_string_not_equal(unasked->causes[0].id, "onboarding-missing");
                signs->asked = &asked;
                diagnosis = of(signs);
                if (!text_equal(diagnosis->causes[0].id, "onboarding-missing") || diagnosis->n_faults != 1)
                        fail_msg("%s: first is %s", unasked->causes[0].id, diagnosis->causes[0].id);
        }
}

static void what_is_only_to_know_is_no_fault(void **state)
{
        Signs *signs = healthy();
        _cleanup_free_ Diagnosis *diagnosis = NULL;

        signs->facts.sensor.health.passive = TRI_YES;
        signs->facts.sensor.health.expires_s = NOW + DAY;
        signs->facts.hold.held = TRI_YES;
        signs->network.reach[2].reached = TRI_NO;
        diagnosis = of(signs);
        assert_true(has(diagnosis, "passive") && has(diagnosis, "expires-soon") && has(diagnosis, "held-but-well") &&
                    has(diagnosis, "endpoints-optional"));
        assert_int_equal(diagnosis->n_faults, 0);
        assert_int_equal(diagnosis_exit_code(diagnosis), COMMAND_DONE);
}

/* Everything that only root can look at is UNKNOWN. */
static Signs *as_somebody(Signs *s)
{
        s->root = false;
        s->facts.look = LOOK_FIRST;
        s->facts.package.state = PACKAGE_UNKNOWN;
        s->facts.package.broken = s->facts.machine.distro_known = TRI_NOT_ASKED;
        s->facts.machine.fitness.known = s->facts.fanotify.known = TRI_NOT_ASKED;
        s->locks.held = s->sources.weak = s->guest.wanted = TRI_UNKNOWN;
        s->extension = (ExtensionSigns){ .there = TRI_UNKNOWN, .told = TRI_UNKNOWN, .sequence = -1 };
        s->extension.working = s->extension.died = s->extension.fulfilled = TRI_UNKNOWN;
        s->facts.fulfilled = TRI_UNKNOWN;
        return s;
}

/* The daily look was refused for it: it keeps what waits from being done. */
static void a_hold_that_holds_something_up_comes_before_what_waits_for_it(void **state)
{
        Signs *signs = stale();
        _cleanup_free_ Diagnosis *diagnosis = NULL;

        signs->facts.hold = (Hold){ .held = TRI_YES, .since_s = NOW - 41 * DAY, .reason = "ask Kim" };
        signs->extension.reason = REASON_HELD;
        diagnosis = of(signs);
        assert_string_equal(diagnosis->causes[0].id, "held");
        assert_string_equal(diagnosis->causes[0].why,
                            "The reason given for the hold: ask Kim. It was set 41 days ago.");
        assert_true(has(diagnosis, "stale-tag") && !has(diagnosis, "held-but-well"));
}

/* A sensor that is there needs no package manager; what ails it is said all the same. */
static void a_package_manager_that_is_not_fine_is_not_said_to_be(void **state)
{
        Signs *locked = healthy(), *broken = healthy();
        _cleanup_free_ Diagnosis *diagnosis = NULL, *other = NULL;

        locked->locks.held = TRI_YES;
        put(locked->locks.holder, "apt-get (pid 812) holds /var/lib/dpkg/lock");
        diagnosis = of(locked);
        assert_int_equal(diagnosis->n_faults, 0);
        assert_null(strstr(diagnosis->fine[GROUP_PACKAGES], "nobody"));
        assert_true(has(diagnosis, "packages-busy"));
        broken->facts.package.broken = TRI_YES;
        put(broken->facts.package.sign, "files wait in /var/lib/dpkg/updates");
        other = of(broken);
        assert_int_equal(other->n_faults, 0);
        assert_string_equal(other->fine[GROUP_PACKAGES], "");
        assert_true(has(other, "packages-not-whole"));
        assert_non_null(strstr(other->causes[0].why, "files wait in"));
}

static void what_follows_from_the_first_is_not_told_as_a_second(void **state)
{
        Signs *definitions = outdated(), *offboarded = healthy();
        _cleanup_free_ Diagnosis *diagnosis = NULL, *other = NULL;

        definitions->facts.sensor.health.healthy = TRI_NO;
        diagnosis = of(definitions);
        assert_string_equal(diagnosis->causes[0].id, "definitions");
        assert_int_equal(diagnosis->n_faults, 1);
        offboarded->facts.sensor.offboarding_file = TRI_YES;
        other = of(offboarded);
        assert_string_equal(other->causes[0].id, "sensor-offboarded");
        assert_int_equal(other->n_faults, 1);
}

static void settings_that_can_be_read_again_are_not_said_to_be_unreadable(void **state)
{
        static const Request asked = { .sequence = 3 };
        Signs *signs = tried("error"), *hidden = tried("error");
        _cleanup_free_ Diagnosis *diagnosis = NULL, *other = NULL;

        signs->extension.reason = hidden->extension.reason = REASON_CERTIFICATE_MISSING;
        put(signs->extension.message, "X.prv is not there");
        signs->asked = &asked;
        diagnosis = of(signs);
        assert_string_equal(diagnosis->causes[0].id, "extension-failed-then");
        assert_true(text_ends_with(diagnosis->causes[0].why, "X.prv is not there."));
        other = of(hidden);
        assert_string_equal(other->causes[0].id, "certificate-missing");
}

static void a_wrong_clock_is_wrong_by_days(void **state)
{
        _cleanup_free_ Diagnosis *diagnosis = of(behind()), *other = of(not_valid_yet());

        assert_non_null(strstr(diagnosis->causes[0].why, "90000 s (1 day) behind"));
        assert_non_null(strstr(other->causes[0].why, "90000 s (1 day) from now"));
}

static void without_systemd_s_word_units_are_unseen(void **state)
{
        Signs *signs = healthy();
        _cleanup_free_ Diagnosis *diagnosis = NULL;

        signs->facts.sensor.active = signs->facts.sensor.enabled = signs->facts.sensor.masked = TRI_UNKNOWN;
        signs->guest.running = signs->guest.installed = TRI_UNKNOWN;
        diagnosis = of(signs);
        assert_int_equal(diagnosis->n_unseen, 1);
        assert_non_null(strstr(diagnosis->unseen[0].what, "systemd"));
}

static void an_onboarding_file_that_is_root_s_is_not_said_to_be_missing(void **state)
{
        Signs *signs = as_somebody(healthy());
        _cleanup_free_ Diagnosis *diagnosis = NULL;

        signs->network.endpoints_known = false;
        diagnosis = of(signs);
        assert_int_equal(diagnosis->n_unseen, 2);
        assert_non_null(strstr(diagnosis->unseen[1].what, "endpoints"));
        assert_null(strstr(diagnosis->unseen[1].how, "when the sensor has"));
        assert_non_null(strstr(diagnosis->unseen[1].how, "sudo"));
}

/* Each kind of machine has addresses and an agent of its own. */
static void nobody_is_told_of_the_other_kind_of_machine(void **state)
{
        _cleanup_free_ Diagnosis *arc = of(not_delivered_by_arc()), *vm = of(not_delivered());

        assert_int_equal(arc->n_faults, 1);
        assert_null(strstr(arc->causes[0].remedy, "168.63.129.16"));
        assert_non_null(strstr(arc->causes[0].remedy, "azcmagent check"));
        assert_int_equal(vm->n_faults, 1);
        assert_null(strstr(vm->causes[0].remedy, "azcmagent"));
}

static void how_old_definitions_are_is_said_in_days(void **state)
{
        _cleanup_free_ Diagnosis *diagnosis = of(old_definitions());

        assert_non_null(strstr(diagnosis->causes[0].why, " 8 days ago"));
}

static void loading_definitions_are_no_fault(void **state)
{
        static const struct {
                const char *word;
                int64_t ended_s, age_min;
        } cases[] = {
                { "updating", NOW - 120, 0 },           /* minutes after the installation */
                { "updating", 0, 0 },                   /* nobody knows when that was */
                { "updating", NOW - 90 * DAY, 6 * 60 }, /* they come */
                { "Updating", NOW + DAY, 0 },           /* a clock that was put back */
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(cases); i++) {
                Signs *signs = healthy();
                _cleanup_free_ Diagnosis *diagnosis = NULL;

                signs->facts.sensor.health.healthy = TRI_NO;
                put(signs->facts.sensor.health.definitions, cases[i].word);
                signs->facts.sensor.health.definitions_age_min = cases[i].age_min;
                signs->extension.ended_s = cases[i].ended_s;
                diagnosis = of(signs);
                assert_int_equal(diagnosis->n_faults, 0);
                assert_true(has(diagnosis, "definitions-loading"));
        }
}

static void what_kept_an_attempt_away_comes_before_what_would_fail_it(void **state)
{
        Signs *signs = fresh();
        _cleanup_free_ Diagnosis *diagnosis = NULL;

        signs->guest.running = TRI_NO;
        signs->facts.machine.fitness.memory = INT64_C(256) << 20;
        diagnosis = of(signs);
        assert_string_equal(diagnosis->causes[0].id, "guest-agent-stopped");
        assert_true(has(diagnosis, "memory-low"));
}

static void the_last_run_is_not_told_twice(void **state)
{
        Signs *signs = small();
        _cleanup_free_ Diagnosis *diagnosis = NULL;

        signs->extension.reason = REASON_MEMORY_LOW;
        diagnosis = of(signs);
        assert_string_equal(diagnosis->causes[0].id, "memory-low");
        assert_int_equal(diagnosis->n_faults, 1);
}

static void without_rights_a_licensed_sensor_is_answer_enough(void **state)
{
        _cleanup_free_ Diagnosis *diagnosis = of(as_somebody(healthy()));

        assert_int_equal(diagnosis->n, 0);
        assert_int_equal(diagnosis_exit_code(diagnosis), COMMAND_DONE);
        assert_int_equal(diagnosis->groups[GROUP_EXTENSION], FINDING_UNSEEN);
        assert_int_equal(diagnosis->groups[GROUP_PACKAGES], FINDING_UNSEEN);
        assert_int_equal(diagnosis->n_unseen, 1);
}

static void without_rights_and_sensor_something_is_still_said(void **state)
{
        _cleanup_free_ Diagnosis *diagnosis = of(as_somebody(fresh()));

        assert_string_equal(diagnosis->causes[0].id, "no-sensor");
        assert_int_equal(diagnosis_exit_code(diagnosis), COMMAND_NOT_AS_ASKED);
}

static void a_site_s_file_that_is_root_s_is_unseen_and_no_fault(void **state)
{
        Signs *signs = as_somebody(healthy());
        _cleanup_free_ Diagnosis *diagnosis = NULL;

        signs->site_hidden = true;
        diagnosis = of(signs);
        assert_int_equal(diagnosis->n_faults, 0);
        assert_int_equal(diagnosis->n_unseen, 2);
        assert_non_null(strstr(diagnosis->unseen[1].what, "mde-linux.conf"));
}

static void an_image_with_a_sensor_is_unknown(void **state)
{
        Signs *s = healthy();
        _cleanup_free_ Diagnosis *diagnosis = NULL;

        s->live = false;
        s->offline = true;
        s->network = (NetworkSigns){ .asked = TRI_NOT_ASKED };
        s->facts.sensor.active = s->facts.sensor.enabled = s->facts.sensor.masked = s->facts.machine.systemd =
                TRI_UNKNOWN;
        put(s->facts.sensor.unit.active, "");
        s->facts.sensor.health = (SensorHealth){ .answering = TRI_NO };
        s->facts.fanotify.known = s->locks.held = s->guest.running = s->guest.installed = TRI_UNKNOWN;
        diagnosis = of(s);
        if (diagnosis->n_faults)
                fail_msg("%s: %s", diagnosis->causes[0].id, diagnosis->causes[0].why);
        assert_int_equal(diagnosis_exit_code(diagnosis), COMMAND_UNKNOWN);
        assert_int_equal(diagnosis->groups[GROUP_MACHINE], FINDING_UNSEEN); /* the image's memory is nobody's */
}

static void a_network_that_was_not_to_be_asked_makes_nothing_unknown(void **state)
{
        Signs *s = healthy();
        _cleanup_free_ Diagnosis *diagnosis = NULL;

        s->offline = true;
        s->network = (NetworkSigns){ .asked = TRI_NOT_ASKED };
        diagnosis = of(s);
        assert_int_equal(diagnosis->groups[GROUP_NETWORK], FINDING_NOT_ASKED);
        assert_int_equal(diagnosis_exit_code(diagnosis), COMMAND_DONE);
        assert_int_equal(diagnosis->n_unseen, 1);
}

static void what_the_extension_told_is_unseen_where_its_status_is_damaged(void **state)
{
        Signs *s = tried(""), *well = healthy();
        _cleanup_free_ Diagnosis *diagnosis = NULL, *licensed = NULL;

        s->extension.told = well->extension.told = TRI_UNKNOWN;
        put(s->extension.trouble, "3.status holds no status");
        put(well->extension.trouble, "3.status holds no status");
        put(s->guest.unit, "walinuxagent.service");
        diagnosis = of(s);
        assert_string_equal(diagnosis->unseen[0].what, "what the extension told last: 3.status holds no status");
        assert_non_null(strstr(diagnosis->unseen[0].how, "(systemctl restart walinuxagent.service)"));
        assert_string_equal(diagnosis->causes[0].id, "no-sensor");
        assert_true(text_starts_with(diagnosis->causes[0].remedy, "The extension is there: "));
        licensed = of(well);
        assert_int_equal(licensed->n_faults, 0);
        assert_int_equal(licensed->groups[GROUP_EXTENSION], FINDING_UNSEEN);
        assert_int_equal(diagnosis_exit_code(licensed), COMMAND_DONE);
}

static void by_a_policy_that_is_wrong_nothing_is_to_be_added_to_it(void **state)
{
        Signs *s = fresh();
        _cleanup_free_ Diagnosis *denied = NULL, *wrong = NULL, *unknown = NULL;

        s->guest.allowed = TRI_NO;
        snprintf(s->guest.policy, sizeof(s->guest.policy), "It lists others.");
        denied = of(s);
        assert_string_equal(denied->causes[0].id, "extension-denied");
        assert_non_null(strstr(denied->causes[0].remedy, "Add " EXTENSION_NAME));
        s = fresh();
        s->guest.allowed = TRI_NO;
        s->guest.policy_wrong = true;
        wrong = of(s);
        assert_string_equal(wrong->causes[0].id, "extension-denied");
        assert_null(strstr(wrong->causes[0].remedy, "Add "));
        assert_non_null(strstr(wrong->causes[0].remedy, "Correct that file"));
        s = fresh();
        s->guest.allowed = TRI_UNKNOWN;
        snprintf(s->guest.policy, sizeof(s->guest.policy), "it asks for signatures");
        unknown = of(s);
        assert_false(has(unknown, "extension-denied"));
        assert_string_equal(unknown->unseen[0].what, "the guest agent's policy: it asks for signatures");
}

/* Signs in which nothing at all could be learnt accuse nobody. */
static void nothing_known_is_no_cause(void **state)
{
        Signs *s = text_allocate(sizeof(Signs));
        _cleanup_free_ Diagnosis *diagnosis = NULL;

        s->live = s->root = true;
        diagnosis = of(s);
        assert_int_equal(diagnosis->n_faults, 0);
        assert_int_equal(diagnosis_exit_code(diagnosis), COMMAND_UNKNOWN);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_cause_comes_first_where_it_is_the_only_one),
                cmocka_unit_test(every_cause_has_an_id_of_its_own),
                cmocka_unit_test(words_are_those_of_a_cause_and_sorted),
                cmocka_unit_test(a_healthy_machine_has_nothing_wrong),
                cmocka_unit_test(who_ran_it_by_hand_is_told_what_to_do_by_hand),
                cmocka_unit_test(the_guest_agent_s_unit_is_named_where_it_is_known),
                cmocka_unit_test(while_we_work_nobody_is_said_to_be_in_the_way),
                cmocka_unit_test(what_the_settings_allow_is_not_the_cause),
                cmocka_unit_test(what_is_only_to_know_is_no_fault),
                cmocka_unit_test(a_hold_that_holds_something_up_comes_before_what_waits_for_it),
                cmocka_unit_test(a_package_manager_that_is_not_fine_is_not_said_to_be),
                cmocka_unit_test(what_follows_from_the_first_is_not_told_as_a_second),
                cmocka_unit_test(settings_that_can_be_read_again_are_not_said_to_be_unreadable),
                cmocka_unit_test(a_wrong_clock_is_wrong_by_days),
                cmocka_unit_test(without_systemd_s_word_units_are_unseen),
                cmocka_unit_test(an_onboarding_file_that_is_root_s_is_not_said_to_be_missing),
                cmocka_unit_test(nobody_is_told_of_the_other_kind_of_machine),
                cmocka_unit_test(how_old_definitions_are_is_said_in_days),
                cmocka_unit_test(loading_definitions_are_no_fault),
                cmocka_unit_test(what_kept_an_attempt_away_comes_before_what_would_fail_it),
                cmocka_unit_test(the_last_run_is_not_told_twice),
                cmocka_unit_test(without_rights_a_licensed_sensor_is_answer_enough),
                cmocka_unit_test(without_rights_and_sensor_something_is_still_said),
                cmocka_unit_test(a_site_s_file_that_is_root_s_is_unseen_and_no_fault),
                cmocka_unit_test(an_image_with_a_sensor_is_unknown),
                cmocka_unit_test(a_network_that_was_not_to_be_asked_makes_nothing_unknown),
                cmocka_unit_test(what_the_extension_told_is_unseen_where_its_status_is_damaged),
                cmocka_unit_test(by_a_policy_that_is_wrong_nothing_is_to_be_added_to_it),
                cmocka_unit_test(nothing_known_is_no_cause),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
