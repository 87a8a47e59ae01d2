/*
 * question: what check and plan ask: which facts, which settings, within what the site's configuration allows.
 *
 * Facts are of this machine, of an image (--root), or recorded (a file: facts_json.h, or what 'check --json' printed);
 * recorded ones are judged by themselves: what the site of the machine that reads them says has no part in it.
 *
 * Where the site's configuration, or what stands in it as settings, cannot be used, that is a refusal, as it is for the
 * extension, and the rest is told as if there were none.
 *
 * The file of settings is a plain object of public settings. Members of it stand for the packages of the protected
 * settings, which no file should hold: "tenant" for an onboarding package of that tenant, "offboardingTenant" for an
 * offboarding package that is still valid, "geo" gives the onboarding package a geography, streamlined ("EU").
 */
#pragma once

#include "agent/commands/check.h"
#include "agent/commands/command_line.h"
#include "handler/settings.h"

/* Not to be copied: what is in it points into it. */
typedef struct Question {
        const char *facts_file;    /* NULL: none; borrowed, as the next */
        const char *settings_file; /* NULL: none */
        char *root;                /* NULL: the running machine */
        Configuration configuration;
        Failure refusal; /* what is wrong with it; NONE: nothing */
        Facts facts;
        Settings settings;
        OnboardingPackage onboarding, offboarding;
} Question;

void question_clear(Question *question);

/* By the options --facts, --settings and --root of the command, where it has them. 0; else the exit code, and why is
 * said on stderr. */
int question_read(const CommandLine *line, Question *ret) _must_check_;

CheckPlace question_place(const Question *question);
