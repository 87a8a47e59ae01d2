/* Which package configures the repository: with transactions of a test's own in place of tdnf's. */
#include "tests/unit/scratch.h"

#include "agent/mission.h"
#include "agent/steps/repository_package.h"
#include "platform/fs.h"

#define AZURE_LINUX "azurelinux-repos-ms-non-oss"
#define MARINER "mariner-repos-extras"
#define REPO "/etc/yum.repos.d/%s.repo"

/* What each brings, as the packages themselves have it. */
static const struct Brought {
        const char *package, *id;
} brought[] = {
        { AZURE_LINUX, "azurelinux-official-ms-non-oss" },
        { AZURE_LINUX "-preview", "azurelinux-official-ms-non-oss-preview" },
        { MARINER, "mariner-official-extras" },
        { MARINER "-preview", "mariner-official-extras-preview" },
};

static int put_source(const Host *host, const struct Brought *one, const char *enabled, Error *err)
{
        _cleanup_free_ char *path = text_format(REPO, one->package);
        _cleanup_free_ char *text =
                text_format("[%s]\nname=%s\nbaseurl=https://packages.microsoft.com/%s\nenabled=%s\n", one->id, one->id,
                            one->package, enabled);

        return fs_write(host, path, text, strlen(text), 0644, err);
}

static int download(const Host *host, const PackageRun *run, const PackageWanted *wanted, PackageResult *ret,
                    Error *err)
{
        return fs_write(host, "/downloaded", wanted->package, strlen(wanted->package), 0644, err);
}

static int install(const Host *host, const PackageRun *run, const PackageWanted *wanted, PackageResult *ret, Error *err)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(brought); i++)
                if (text_equal(brought[i].package, wanted->package))
                        return put_source(host, &brought[i], "1", err);
        return 0;
}

typedef struct Stage {
        Scratch *scratch;
        char log[96];
        Request request;
        Mission mission;
        PackageManager manager;
        Outcome outcome;
        Failure failure;
        PackageSource source;
} Stage;

static int stage_open(void **state)
{
        Stage *s = text_allocate(sizeof(*s));
        void *scratch;

        scratch_open(&scratch);
        s->scratch = scratch;
        scratch_folder(s->scratch, "/etc/yum.repos.d");
        snprintf(s->log, sizeof(s->log), "%s/installer.log", s->scratch->root);
        s->manager = manager_tdnf;
        s->manager.download = download;
        s->manager.install = install;
        s->mission.host = &s->scratch->host;
        s->mission.request = &s->request;
        s->mission.manager = &s->manager;
        s->mission.outcome = &s->outcome;
        s->mission.installer_log = s->log;
        s->mission.stage = "repository";
        *state = s;
        return 0;
}

static int stage_close(void **state)
{
        Stage *s = *state;
        void *scratch = s->scratch;

        scratch_close(&scratch);
        free(s);
        return 0;
}

static void be(Stage *s, const char *id, const char *version, const char *channel)
{
        Distro distro = { 0 };

        snprintf(distro.id, sizeof(distro.id), "%s", id);
        snprintf(distro.version, sizeof(distro.version), "%s", version);
        s->mission.facts.machine.support = distro_support(&distro);
        assert_non_null(s->mission.facts.machine.support);
        s->request.channel = channel;
        s->source = (PackageSource){ 0 };
}

static void assert_installs(Stage *s, const char *package, const char *id)
{
        _cleanup_free_ char *downloaded = NULL;

        if (repository_package_find(&s->mission, &s->source, &s->failure) < 0)
                fail_msg("%s", s->failure.found);
        downloaded = scratch_read(s->scratch, "/downloaded");
        assert_string_equal(downloaded ? downloaded : "nothing", package);
        assert_string_equal(s->source.id, id);
}

static void the_channel_chooses_the_package_and_the_source_it_brings(void **state)
{
        static const struct {
                const char *distro, *version, *channel, *package, *id;
        } cases[] = {
                { "azurelinux", "3.0", NULL, AZURE_LINUX, "azurelinux-official-ms-non-oss" },
                { "azurelinux", "3.0", "prod", AZURE_LINUX, "azurelinux-official-ms-non-oss" },
                { "azurelinux", "3.0", "insiders-fast", AZURE_LINUX "-preview",
                  "azurelinux-official-ms-non-oss-preview" },
                { "azurelinux", "3.0", "insiders-slow", AZURE_LINUX "-preview",
                  "azurelinux-official-ms-non-oss-preview" },
                { "mariner", "2.0", NULL, MARINER, "mariner-official-extras" },
                { "mariner", "2.0", "insiders-fast", MARINER "-preview", "mariner-official-extras-preview" },
                { "mariner", "2.0", "insiders-slow", MARINER "-preview", "mariner-official-extras-preview" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(cases); i++) {
                void *stage;

                stage_open(&stage);
                be(stage, cases[i].distro, cases[i].version, cases[i].channel);
                assert_installs(stage, cases[i].package, cases[i].id);
                stage_close(&stage);
        }
}

/* A machine that had the ordinary channel gets the other's package beside it; one that has that gets none. */
static void a_preview_is_not_met_by_the_ordinary_source(void **state)
{
        Stage *s = *state;
        Error err = { 0 };

        assert_int_equal(put_source(&s->scratch->host, &brought[0], "1", &err), 0);
        be(s, "azurelinux", "3.0", "prod");
        assert_installs(s, "nothing", "azurelinux-official-ms-non-oss");
        be(s, "azurelinux", "3.0", "insiders-fast");
        assert_installs(s, AZURE_LINUX "-preview", "azurelinux-official-ms-non-oss-preview");
}

static void a_preview_that_is_disabled_is_not_installed_over(void **state)
{
        Stage *s = *state;
        Error err = { 0 };

        assert_int_equal(put_source(&s->scratch->host, &brought[1], "0", &err), 0);
        be(s, "azurelinux", "3.0", "insiders-fast");
        assert_int_equal(repository_package_find(&s->mission, &s->source, &s->failure), -1);
        assert_int_equal(s->failure.reason, REASON_REPOSITORY_NONE);
        assert_non_null(strstr(s->failure.found, "azurelinux-official-ms-non-oss-preview"));
        assert_null(scratch_read(s->scratch, "/downloaded"));
}

static void both_sources_are_the_packages(void **state)
{
        Stage *s = *state;

        be(s, "mariner", "2.0", NULL);
        assert_true(repository_package_brings(&s->mission, "mariner-official-extras"));
        assert_true(repository_package_brings(&s->mission, "mariner-official-extras-preview"));
        assert_false(repository_package_brings(&s->mission, "azurelinux-official-ms-non-oss"));
        assert_false(repository_package_brings(&s->mission, ""));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_channel_chooses_the_package_and_the_source_it_brings),
                cmocka_unit_test_setup_teardown(a_preview_is_not_met_by_the_ordinary_source, stage_open, stage_close),
                cmocka_unit_test_setup_teardown(a_preview_that_is_disabled_is_not_installed_over, stage_open,
                                                stage_close),
                cmocka_unit_test_setup_teardown(both_sources_are_the_packages, stage_open, stage_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
