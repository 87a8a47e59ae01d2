/*
 * facts_json: facts as JSON and back: for people, for support, and for replaying a recorded machine.
 *
 * The document: {"schema": 1, "program": VERSION, and the facts}: yes-or-no questions as "yes", "no", "unknown"; what
 * was not asked, is empty or is unknown as a number is absent. Nothing in it is a secret: no onboarding package, no
 * protected setting, no name and password of a proxy (json_record.h). machine.support and
 * machine.derived are not in it: they follow from the distribution.
 *
 * A new member of Facts, or of a struct in it, is a row of the table of that struct in facts_json.c; test-facts-json
 * fails for a member without one. Members may be added under the same schema number; another meaning needs another.
 */
#pragma once

#include "agent/facts.h"
#include "platform/json_record.h"

#define FACTS_JSON_SCHEMA 1
#define FACTS_JSON_CHECK "mde-linux.check"
#define FACTS_JSON_MANAGED_MAX (96 * 1024) /* a larger managed JSON is left out, so that the document stays bounded */

Json *facts_json_make(const Facts *facts);

/* Also of the document that check prints, which has it as its member "facts". ERROR_INPUT: another schema, or what
 * json_record_read says. *ret is for facts_clear. */
int facts_json_read(Json *json, Facts *ret, Error *err) _must_check_;

extern const JsonField facts_json_fields[]; /* for the test that looks for members without a row */
