/*
 * setting_keys: the one table of settings: name, type, limits, a right example, and what taking it means.
 *
 * Strings are trimmed in the document, so that what is borrowed from it is what is meant. A string of nothing but
 * blanks is as good as absent.
 */
#pragma once

#include "agent/request.h"
#include "platform/json.h"

typedef enum SettingType { SETTING_STRING, SETTING_BOOL, SETTING_INTEGER, SETTING_OBJECT, SETTING_LIST } SettingType;

typedef enum SettingEffect {
        SETTING_ACTS,
        SETTING_SILENT, /* accepted for those who send it, changes nothing; even a wrong value is only told */
} SettingEffect;

typedef enum SettingPlace {
        SETTING_PUBLIC = 1 << 0,
        SETTING_PROTECTED = 1 << 1,
} SettingPlace;

typedef struct SettingValue {
        bool given;       /* false: null or "" */
        Json *json;       /* as it came; borrowed */
        const char *text; /* SETTING_STRING; borrowed from the document */
        bool yes;
        int64_t number;
} SettingValue;

typedef struct SettingKey SettingKey;

struct SettingKey {
        const char *name;
        unsigned places; /* SettingPlace, or-ed */
        SettingType type;
        SettingEffect effect;
        bool confidential;               /* may hold a credential: its value is never shown */
        int64_t min, max;                /* bytes of a string, value of an integer; max 0: SETTING_STRING_MAX */
        const char *choices;             /* "a|b|c", or NULL */
        bool (*fits)(const char *text);  /* NULL: any printable text */
        bool (*hides)(const char *text); /* such a value is a secret: in protectedSettings only; NULL: none is */
        const char *wanted;              /* what it has to be, in words; NULL: its type says it */
        const char *example;             /* a right value, as JSON */
        void (*take)(Request *request, const SettingValue *value); /* SETTING_ACTS; NULL for "tags" */
};

#define SETTING_STRING_MAX 1024
#define SETTING_ONBOARDING_SCRIPT "defenderForEndpointOnboardingScript"
#define SETTING_ONBOARDING_URI "onboardingPackageUri"
#define SETTING_OFFBOARDING_SCRIPT "defenderForEndpointOffboardingScript"

extern const SettingKey setting_keys[];
extern const size_t setting_keys_count;

/* NULL: not known at that place. Keys are case-sensitive. */
const SettingKey *setting_key_find(const char *name, SettingPlace place);

/* The key somebody probably meant, at any place; NULL: none is near. */
const SettingKey *setting_key_near(const char *name);

extern const SettingKey setting_key_group; /* the member "GROUP" of "tags" */

/* A member that says nothing: not there, null, or a blank string. */
bool setting_is_absent(Json *member);

/* REASON_SETTINGS_INVALID names the key, what was found (not when confidential) and a right example. */
int setting_key_read(const SettingKey *key, Json *json, SettingValue *ret, Failure *failure) _must_check_;

/* What is wrong with a value that setting_key_read refused: key, what was found, what is wanted. Caller frees. */
char *setting_key_complaint(const SettingKey *key, Json *json);
