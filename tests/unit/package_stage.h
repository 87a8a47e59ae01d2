/*
 * package_stage: a stage for the row of a package manager: programs of a test's own stand first in PROCESS_PATH, and
 * the folders where its locks and state lie are empty: both in a mount namespace of the test's own, so that the machine
 * it runs on is never touched. Who may not make one (not root, a container) skips the whole program, before its first
 * test, by package_stage_run().
 */
#pragma once

#include "tests/unit/own_mounts.h"
#include "tests/unit/scratch.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "lock_holder.h"
#include "platform/packages/manager.h"
#include "platform/host_init.h"

#define STAGE_PROGRAMS "/usr/local/sbin"

typedef struct PackageStage {
        Scratch scratch;
        Host host;
        PackageRun run;
        char *output; /* path of the transaction's output */
        Text said;
        pid_t started;
        pid_t holder;            /* let go when the first wait is told */
        const char *remove;      /* likewise: this file is emptied */
        const char *programs[4]; /* by name, removed in the end */
} PackageStage;

static inline void package_stage_hear(const PackageProgress *now, void *userdata)
{
        PackageStage *stage = userdata;

        text_append(&stage->said, "%s\n", now->text);
        if (stage->holder > 0)
                release_lock(stage->holder);
        stage->holder = 0;
        if (stage->remove)
                assert_int_equal(truncate(stage->remove, 0), 0);
        stage->remove = NULL;
}

static inline int package_stage_start(pid_t pid, void *userdata, Error *err)
{
        PackageStage *stage = userdata;

        stage->started = pid;
        return 0;
}

static inline int package_stage_open(void **state)
{
        PackageStage *stage = text_allocate(sizeof(*stage));
        void *scratch;

        assert_int_equal(scratch_open(&scratch), 0);
        stage->scratch = *(Scratch *)scratch;
        free(scratch);
        host_init(&stage->host);
        stage->host.packages_url = "https://packages.example.test";
        stage->output = text_format("%s/output", stage->scratch.root);
        stage->run = (PackageRun){
                .deadline = deadline_in(20000),
                .output_fd = open(stage->output, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600),
                .archives = stage->scratch.root,
                .on_progress = package_stage_hear,
                .on_start = package_stage_start,
                .userdata = stage,
        };
        *state = stage;
        return 0;
}

static inline int package_stage_close(void **state)
{
        PackageStage *stage = *state;
        void *scratch = text_allocate(sizeof(Scratch));
        size_t i;

        *(Scratch *)scratch = stage->scratch;
        scratch_close(&scratch);
        for (i = 0; i < ELEMENTSOF(stage->programs) && stage->programs[i]; i++) {
                _cleanup_free_ char *path = text_format(STAGE_PROGRAMS "/%s", stage->programs[i]);

                unlink(path);
        }
        close(stage->run.output_fd);
        text_clear(&stage->said);
        free(stage->output);
        free(stage);
        return 0;
}

/* In place of cmocka_run_group_tests. 77: skipped; cmocka's own skip() in a setup counts as an error. */
#define package_stage_run(tests) (own_mounts() ? cmocka_run_group_tests(tests, NULL, NULL) : 77)

/* Once a process: empty folders over these (NULL-terminated; those that are not there are left). */
static inline void package_stage_cover(const char *const *folders)
{
        assert_int_equal(mount("none", STAGE_PROGRAMS, "tmpfs", 0, "mode=755"), 0);
        for (; *folders; folders++)
                if (access(*folders, F_OK) == 0)
                        assert_int_equal(mount("none", *folders, "tmpfs", 0, "mode=755"), 0);
}

/* A program that appends its arguments, one a line, and its environment below the scratch root, then runs the script.
 */
static inline void package_stage_program(PackageStage *stage, const char *name, const char *script)
{
        static const Scratch machine = { .root = "" };
        _cleanup_free_ char *path = text_format(STAGE_PROGRAMS "/%s", name);
        _cleanup_free_ char *text =
                text_format("#!/bin/sh\ncd %s\nprintf '%%s\\n' %s \"$@\" >> argv\nenv > environment\n%s\n",
                            stage->scratch.root, name, script);
        size_t i;

        scratch_write(&machine, path, text);
        assert_int_equal(chmod(path, 0755), 0);
        for (i = 0; stage->programs[i] && !text_equal(stage->programs[i], name); i++)
                assert_true(i + 1 < ELEMENTSOF(stage->programs));
        stage->programs[i] = name;
}

/* What programs left there; "" when nothing. Caller frees. */
static inline char *package_stage_read(const PackageStage *stage, const char *name)
{
        _cleanup_free_ char *path = text_format("/%s", name);
        char *text = scratch_read(&stage->scratch, path);

        return text ? text : text_copy("");
}

static inline void assert_has(const char *text, const char *words)
{
        if (!text || !strstr(text, words))
                fail_msg("\"%s\" is not in: %s", words, text ? text : "");
}

static inline void assert_has_not(const char *text, const char *words)
{
        if (text && strstr(text, words))
                fail_msg("\"%s\" is in: %s", words, text);
}
