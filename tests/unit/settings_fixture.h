/*
 * settings_fixture: settings files of a scratch machine, and what may be asked of them.
 */
#pragma once

#include "tests/unit/scratch.h"

#include "handler/settings.h"

#define CONFIG "/var/lib/waagent/X-1.0/config"
#define FILE_PATH CONFIG "/4.settings"
#define RESOURCE "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/x/y/vm"
#define GUID "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"

static const Configuration no_configuration;
static const Environment environment = { .config_folder = (char *)CONFIG };

static inline void must_read(const Scratch *scratch, Settings *ret)
{
        Failure failure = { 0 };

        if (settings_read(&scratch->host, &no_configuration, &environment, 4, ret, &failure) < 0)
                fail_msg("%s", failure.found);
}

/* A whole settings file around the public settings. */
static inline void write_public(const Scratch *scratch, const char *object)
{
        _cleanup_free_ char *text = text_format("{\"runtimeSettings\": [{\"handlerSettings\": {\"publicSettings\": %s, "
                                                "\"protectedSettings\": null, "
                                                "\"protectedSettingsCertThumbprint\": null}}]}",
                                                object);

        scratch_write(scratch, FILE_PATH, text);
}

static inline void must_read_public(const Scratch *scratch, const char *object, Settings *ret)
{
        write_public(scratch, object);
        must_read(scratch, ret);
}

static inline void must_refuse_file(const Scratch *scratch, const char *words)
{
        Settings untouched = { .request.sequence = -77 };
        Failure failure = { 0 };

        if (settings_read(&scratch->host, &no_configuration, &environment, 4, &untouched, &failure) == 0)
                fail_msg("accepted, which had to say '%s'", words);
        assert_int_equal(failure.reason, REASON_SETTINGS_INVALID);
        if (!strstr(failure.found, words))
                fail_msg("'%s' does not say '%s'", failure.found, words);
        assert_int_equal(untouched.request.sequence, -77);
}

static inline void must_refuse_public(const Scratch *scratch, const char *object, const char *words)
{
        write_public(scratch, object);
        must_refuse_file(scratch, words);
}

static inline bool has_note(const Settings *settings, const char *words)
{
        size_t i;

        for (i = 0; i < settings->request.n_notes; i++)
                if (strstr(settings->request.notes[i], words))
                        return true;
        return false;
}

static inline void assert_no_settings(const Settings *settings)
{
        const Request *request = &settings->request;

        assert_int_equal(request->sequence, 4);
        assert_null(request->azure_resource_id);
        assert_null(request->workspace_id);
        assert_null(request->group_tag);
        assert_null(request->channel);
        assert_null(request->expected_tenant_id);
        assert_false(request->force_reonboarding);
        assert_false(request->verify_strict);
        assert_int_equal(request->max_wait_minutes, REQUEST_MAX_WAIT_MINUTES);
        assert_null(request->onboarding);
        assert_int_equal(request->onboarding_failure.reason, REASON_ONBOARDING_MISSING);
        assert_int_equal(request->n_notes, 0);
        assert_int_equal(strlen(request->digest), CRYPTO_SHA256_HEX - 1);
}
